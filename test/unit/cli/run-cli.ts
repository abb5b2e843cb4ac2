import type { CliIo } from '../../../src/cli/cli-io.js';
import { exitCodeOf } from '../../../src/cli/exit-code-of.js';
import { createProgram } from '../../../src/cli/program.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the person was asked. */
  readonly asked: readonly string[];
}

export interface RunOptions extends Partial<Pick<CliIo, 'terminal' | 'messagesOnTerminal' | 'interrupted'>> {
  readonly env?: Readonly<Record<string, string>>;
  /** What the person at the terminal says; without it nobody is there. `null`: Ctrl-D. */
  readonly says?: string | null;
  readonly onStdout?: (text: string) => void;
}

/** Runs the whole program in this process, as a person would type it. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const asked: string[] = [];
  const { says, env = {}, onStdout, ...rest } = options;
  const io: CliIo = {
    terminal: false,
    ...rest,
    env,
    stdout: (text) => {
      stdout += text;
      onStdout?.(text);
    },
    stderr: (text) => void (stderr += text),
    ...(says === undefined
      ? {}
      : {
          ask: (question: string) => {
            asked.push(question);
            return Promise.resolve(says ?? undefined);
          },
        }),
  };
  const code = await createProgram(io, args[0])
    .then((program) => program.parseAsync([...args], { from: 'user' }))
    .then(
      () => 0,
      (error: unknown) => exitCodeOf(io, error),
    );
  return { code, stdout, stderr, asked };
}
