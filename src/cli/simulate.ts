import { Command, InvalidArgumentError } from 'commander';
import { readFileSync } from 'node:fs';
import { InvalidInput } from '../simulator/checks.js';
import type { FaultRule } from '../simulator/fault.js';
import { readFaults } from '../simulator/read-faults.js';
import { readSettings } from '../simulator/read-settings.js';
import type { Range, SettingsPatch } from '../simulator/settings.js';
import { type Simulator, startSimulator } from '../simulator/start-simulator.js';
import { type CliIo, printJson } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly seed?: number;
  readonly user?: string;
  readonly password?: string;
  readonly tokenTtl?: number;
  readonly jobDelay?: Range;
  readonly jobDuration?: Range;
  readonly settings?: string;
  readonly faults?: string;
  readonly state?: string;
  readonly keep: number;
  readonly withParent?: boolean;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * `komand-bridge simulate`: a Komand on this machine, until SIGTERM or SIGINT. Its first line on standard output is
 * JSON: `url`, `pid` and `seed`. Exits 7 when its port is in use.
 */
export function simulateCommand(io: CliIo): Command {
  return new Command('simulate')
    .description('run a simulated Komand, for a demo, a test or a bench')
    .option('--port <n>', 'where to listen; 0 for a free port', wholeNumber(65_535), 0)
    .option('--host <address>', 'which address to listen on', '127.0.0.1')
    .option(
      '--seed <n>',
      'same seed, same job ids, delays and outcomes (default: by chance)',
      wholeNumber(2 ** 32 - 1),
    )
    .option('--user <name>', 'who may log in (default: bridge)')
    .option('--password <text>', 'with which password (default: $SIMULATOR_PASSWORD, else komand)')
    .option('--token-ttl <seconds>', 'how long a login lasts', wholeNumber(315_360_000))
    .option('--job-delay <min-max>', 'milliseconds until an accepted event is seen as a job', span)
    .option('--job-duration <min-max>', 'milliseconds from then until the job ends', span)
    .option('--settings <file>', 'every other switch, as JSON')
    .option('--faults <file>', 'fault rules, as JSON')
    .option('--state <file>', 'keep the jobs there, so that they outlive this process')
    .option('--keep <n>', 'how many jobs and requests are kept', wholeNumber(100_000_000), 200_000)
    .option(
      '--with-parent',
      'end when standard input ends: with the program that started it, however that ended',
    )
    .option('--cert <file>', 'speak TLS with this certificate')
    .option('--key <file>', 'and this key')
    .action(async (flags: Flags) => {
      const simulator = await start(io, flags);
      // Before it says that it listens: whoever reads that may end it at once
      const ended =
        flags.withParent === true ? Promise.race([untilSignal(), untilInputEnds()]) : untilSignal();
      printJson(io, { url: simulator.url, pid: process.pid, seed: simulator.seed });
      await ended;
      await simulator.close();
    });
}

function untilInputEnds(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve).resume();
  });
}

async function start(io: CliIo, flags: Flags): Promise<Simulator> {
  const { host, port, seed, state, keep } = flags;
  const tls = tlsOf(flags);
  const faults: readonly FaultRule[] = flags.faults === undefined ? [] : readJson(flags.faults, readFaults);
  const settings = settingsOf(io, flags);
  try {
    return await startSimulator({
      host,
      port,
      settings,
      faults,
      maxJobs: keep,
      maxLedger: keep,
      ...(seed !== undefined && { seed }),
      ...(state !== undefined && { stateFile: state }),
      ...(tls !== undefined && { tls }),
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new CliError(`Port ${port} of ${host} is in use; give another with --port.`, EXIT.dependencyDown);
    }
    if (typeof code === 'string') throw new CliError(`The simulator cannot start: ${code}.`, EXIT.failed);
    throw error;
  }
}

function settingsOf(io: CliIo, flags: Flags): SettingsPatch {
  const { user, tokenTtl, jobDelay, jobDuration } = flags;
  const password = flags.password ?? io.env['SIMULATOR_PASSWORD'];
  return {
    ...(flags.settings !== undefined && readJson(flags.settings, readSettings)),
    ...(user !== undefined && { user }),
    ...(password !== undefined && password !== '' && { password }),
    ...(tokenTtl !== undefined && { tokenTtlMs: tokenTtl * 1_000 }),
    ...(jobDelay !== undefined && { jobDelayMs: jobDelay }),
    ...(jobDuration !== undefined && { jobDurationMs: jobDuration }),
  };
}

function tlsOf({ cert, key }: Flags): { cert: string; key: string } | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new CliError('--cert needs --key, and --key needs --cert.', EXIT.usage);
  return { cert: readText(cert), key: readText(key) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CliError(`${path} cannot be read: ${code}.`, EXIT.usage);
  }
}

function readJson<T>(path: string, read: (value: unknown) => T): T {
  const text = readText(path);
  try {
    return read(JSON.parse(text));
  } catch (error) {
    if (error instanceof InvalidInput) throw new CliError(`${path}: ${error.message}`, EXIT.config);
    if (error instanceof SyntaxError)
      throw new CliError(`${path} is not JSON: ${error.message}`, EXIT.config);
    throw error;
  }
}

function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,12}$/.test(text) && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number up to ${most}.`);
  };
}

function span(text: string): Range {
  const [, from, to] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? [];
  const min = Number(from);
  const max = Number(to ?? from);
  if (min <= max) return [min, max];
  throw new InvalidArgumentError('It must be two numbers such as 300-1500, or one.');
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.off('SIGTERM', end).off('SIGINT', end);
      resolve();
    };
    process.on('SIGTERM', end).on('SIGINT', end);
  });
}
