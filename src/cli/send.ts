import { Command } from 'commander';
import type { Config } from '../model/settings.js';
import { wholeNumber } from './api-command.js';
import { paint, plain, printJson, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { mustLoad, shippedPresets } from './load-in-force.js';
import { createProgressBar } from './progress-bar.js';
import { readRequest } from './read-request.js';
import { senderAuth, signAsSender } from './sign-as-sender.js';
import { configFile } from './config-file.js';

interface Flags {
  readonly config?: string;
  readonly headers?: string;
  readonly url?: string;
  readonly repeat: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface Prepared {
  /** Without anything secret in it. */
  readonly shown: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * `komand-bridge send <source> <file>`: posts a body to a running bridge, signed as that source's sender signs. Exits
 * 4 where it is refused as not authentic, 1 for any other refusal, 7 where no bridge answers.
 */
export function sendCommand(io: CliIo): Command {
  return new Command('send')
    .description('send a webhook to a running bridge, signed as its sender would')
    .argument('<source>', 'the source')
    .argument('<file>', 'the body, or { "headers": …, "body": … }; - for standard input')
    .option('--url <url>', 'public address of the bridge (default: this machine and the configured port)')
    .option('--headers <file>', 'headers, as a JSON object')
    .option('--repeat <n>', 'how many times the same request is sent', wholeNumber(1), 1)
    .option('--dry-run', 'print the request, without its secrets, and send nothing')
    .option('--config <file>', 'configuration file')
    .option('--json', 'machine-readable output')
    .action(async (name: string, file: string, flags: Flags) => {
      const request = prepare(io, name, file, flags);
      if (flags.dryRun === true) return io.stdout(request.shown);
      const bar = createProgressBar(io);
      try {
        for (let i = 1; i <= flags.repeat; i += 1) {
          await sendOnce(io, request, flags);
          if (flags.repeat > 1) bar.show(i, flags.repeat, '');
        }
      } finally {
        bar.end();
      }
    });
}

async function sendOnce(io: CliIo, { url, headers, body }: Prepared, flags: Flags): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual' }).catch(() => {
    throw new CliError(`No bridge answers at ${new URL(url).origin}.`, EXIT.dependencyDown);
  });
  const text = await response.text();
  if (flags.json === true) printJson(io, { status: response.status, answer: parsed(text) });
  else io.stdout(`${paint(io, response.ok ? 'green' : 'red', String(response.status))} ${plain(text)}\n`);
  if (response.ok) return;
  const notAuthentic = response.status === 401 || response.status === 403;
  throw new CliError('It was not accepted.', notAuthentic ? EXIT.auth : EXIT.failed);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function prepare(io: CliIo, name: string, file: string, flags: Flags): Prepared {
  const presets = shippedPresets();
  const quiet = { ...io, stderr: () => undefined };
  const { config } = mustLoad(quiet, configFile(flags.config, io.env), presets).inForce;
  const auth = senderAuth(config, presets, name);
  const { headers, body, query } = readRequest(file, flags.headers);
  const signed = signAsSender(auth, body);
  if (typeof signed === 'string') throw new CliError(signed, EXIT.usage);
  const base = `${flags.url?.replace(/\/+$/, '') ?? publicUrl(config)}/hooks/${name}`;
  const path = signed.pathToken === undefined ? '' : `/${encodeURIComponent(signed.pathToken)}`;
  const search = new URLSearchParams([
    ...new URLSearchParams(query),
    ...Object.entries(signed.query),
  ]).toString();
  const names = [...Object.keys(headers), ...Object.keys(signed.headers)].join(', ');
  return {
    // The body as it was given: the mechanism may have written the secret into its own copy
    shown: `POST ${base}\nheaders: ${names}\n\n${body}\n`,
    url: `${base}${path}${search === '' ? '' : `?${search}`}`,
    headers: { ...headers, ...signed.headers },
    body: new Uint8Array(signed.body),
  };
}

function publicUrl({ http: { host, port, tls } }: Config): string {
  const everywhere = host === '0.0.0.0' || host === '::' || host === '';
  const here = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${here}:${port}`;
}
