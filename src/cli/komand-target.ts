import type { Observation } from '../model/observation.js';
import type { ErrorClass } from '../model/outcome.js';
import type { Config, TargetSettings } from '../model/settings.js';
import { KomandCallFailed } from '../targets/komand/komand-call-failed.js';
import type { KomandTarget } from '../targets/komand/target.js';
import { plain, type CliIo } from './cli-io.js';
import { CliError, EXIT, type ExitCode } from './exit-code.js';

/** What the `komand` commands need of the rest of the program. */
export interface KomandDeps {
  /** `file`: the `--config` option. Rejects with a `CliError` when the configuration is not good. */
  readonly loadConfig: (file: string | undefined) => Promise<Pick<Config, 'targets'>>;
  readonly createTarget: (
    settings: TargetSettings,
    observe: (observation: Observation) => void,
  ) => KomandTarget;
}

/** Options every `komand` command has. */
export interface KomandOptions {
  readonly config?: string;
  readonly target?: string;
  readonly json?: boolean;
}

const EXIT_OF_CLASS = new Map<ErrorClass, ExitCode>([
  ['auth', EXIT.auth],
  ['permission', EXIT.auth],
  ['not_found', EXIT.notFound],
  ['http_4xx', EXIT.failed],
]);

/** The exit code for a call that failed so: what is neither refused nor unknown is a Komand that is not there. */
export function exitCodeFor(errorClass: ErrorClass): ExitCode {
  return EXIT_OF_CLASS.get(errorClass) ?? EXIT.dependencyDown;
}

function chooseTarget(targets: readonly TargetSettings[], name: string | undefined): TargetSettings {
  const names = targets.map((target) => target.name).join(', ');
  const [only, ...others] = targets;
  if (name !== undefined) {
    const named = targets.find((target) => target.name === name);
    if (named !== undefined) return named;
    throw new CliError(`There is no target "${name}"; there are: ${names || 'none'}.`, EXIT.notFound);
  }
  if (only === undefined) throw new CliError('The configuration has no target.', EXIT.config);
  if (others.length === 0) return only;
  throw new CliError(`Say which target with --target: ${names}.`, EXIT.usage);
}

/** Opens the chosen target, runs `work` with it and closes it. What Komand refuses becomes a `CliError`. */
export async function withTarget(
  io: CliIo,
  deps: KomandDeps,
  options: KomandOptions,
  work: (target: KomandTarget, settings: TargetSettings) => Promise<void>,
): Promise<void> {
  const settings = chooseTarget((await deps.loadConfig(options.config)).targets, options.target);
  const target = deps.createTarget(settings, (seen) => {
    // A refused login ends the command with the same sentence; of the rest a person wants the warnings.
    if (
      seen.kind === 'notice' &&
      seen.level !== 'debug' &&
      seen.level !== 'info' &&
      !seen.event.startsWith('session.')
    ) {
      io.stderr(`${seen.level}: ${plain(seen.message)}\n`);
    }
  });
  try {
    await work(target, settings);
  } catch (error) {
    if (!(error instanceof KomandCallFailed)) throw error;
    throw new CliError(`${settings.name}: ${plain(error.message)}`, exitCodeFor(error.errorClass));
  } finally {
    await target.close();
  }
}
