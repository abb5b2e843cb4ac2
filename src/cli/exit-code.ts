/** How every command ends; the table in `--help` and in the README is made of this. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  config: 3,
  auth: 4,
  notFound: 5,
  partly: 6,
  dependencyDown: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence for standard error and an exit code. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}
