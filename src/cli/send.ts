import { Command, InvalidArgumentError } from 'commander';
import { randomUUID } from 'node:crypto';
import { completeSourceAuth } from '../sources/compile-auth.js';
import { CannotSign, signRequest, type SignedRequest } from '../sources/auth/sign-request.js';
import { plain, printJson, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { mustLoad, shippedPresets } from './load-in-force.js';
import { readRequest } from './read-request.js';
import { configFile } from './start.js';

interface Flags {
  readonly config?: string;
  readonly headers?: string;
  readonly url?: string;
  readonly repeat: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/**
 * `komand-bridge send <source> <file>`: posts a body to a running bridge, signed as that source's sender signs. Exits
 * 4 where it is refused as not authentic, 1 for any other refusal, 7 where no bridge answers.
 */
export function sendCommand(io: CliIo): Command {
  return new Command('send')
    .description('send a webhook to a running bridge, signed as its sender would')
    .argument('<source>')
    .argument('<file>', 'the body, or { "headers": …, "body": … }; - for standard input')
    .option('--url <url>', 'public address of the bridge (default: http://127.0.0.1 and the configured port)')
    .option('--headers <file>', 'headers, as a JSON object')
    .option('--repeat <n>', 'how many times the same request is sent', wholeNumber, 1)
    .option('--dry-run', 'print the request, without its secrets, and send nothing')
    .option('--config <file>', 'configuration file')
    .option('--json', 'machine-readable output')
    .action(async (name: string, file: string, flags: Flags) => {
      const { base, signed, headers } = prepare(io, name, file, flags);
      const path = signed.pathToken === undefined ? '' : `/${encodeURIComponent(signed.pathToken)}`;
      const query = new URLSearchParams(signed.query).toString();
      if (flags.dryRun === true) {
        const names = [...Object.keys(headers), ...Object.keys(signed.headers)].join(', ');
        io.stdout(`POST ${base}/hooks/${name}\nheaders: ${names}\n\n${signed.body.toString('utf8')}\n`);
        return;
      }
      const url = `${base}/hooks/${name}${path}${query === '' ? '' : `?${query}`}`;
      for (let i = 0; i < flags.repeat; i += 1) {
        const response = await fetch(url, {
          method: 'POST',
          headers: { ...headers, ...signed.headers },
          body: signed.body,
          redirect: 'manual',
        }).catch(() => {
          throw new CliError(`No bridge answers at ${base}.`, EXIT.dependencyDown);
        });
        const text = await response.text();
        if (flags.json === true) printJson(io, { status: response.status, answer: text });
        else io.stdout(`${response.status} ${plain(text)}\n`);
        if (!response.ok) {
          throw new CliError('It was not accepted.', response.status === 401 ? EXIT.auth : EXIT.failed);
        }
      }
    });
}

function prepare(
  io: CliIo,
  name: string,
  file: string,
  flags: Flags,
): { base: string; signed: SignedRequest; headers: Readonly<Record<string, string>> } {
  const presets = shippedPresets();
  const { config } = mustLoad(
    { ...io, stderr: () => undefined },
    configFile(flags.config, io.env),
    presets,
  ).inForce;
  const settings = config.sources.find((source) => source.name === name);
  const names = config.sources.map((source) => source.name).join(', ');
  if (settings === undefined)
    throw new CliError(`There is no source "${name}"; there are: ${names || 'none'}.`, EXIT.notFound);
  const auth = completeSourceAuth(settings.auth, presets.get(settings.preset)?.auth);
  if (!('ok' in auth)) throw new CliError(auth.map(({ message }) => message).join('\n'), EXIT.config);
  const { headers, body } = readRequest(file, flags.headers);
  const base = flags.url?.replace(/\/+$/, '') ?? `http://127.0.0.1:${config.http.port}`;
  try {
    const input = { body: Buffer.from(body), now: Date.now(), id: `msg_${randomUUID()}` };
    return { base, headers, signed: signRequest(auth.settings, input) };
  } catch (error) {
    if (error instanceof CannotSign) throw new CliError(error.message, EXIT.usage);
    throw error;
  }
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1.');
}
