import { Command } from 'commander';
import type { RawRequest } from '../model/request.js';
import type { Source } from '../model/source.js';
import { exampleRequest } from '../sources/run-example.js';
import { trialSource } from '../sources/trial-source.js';
import { trySource, type TriedRequest } from '../sources/try-source.js';
import { eventCall } from '../targets/komand/client.js';
import { paint, plain, printJson, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { mustLoad, shippedPresets, sourceDeps } from './load-in-force.js';
import { mustFindPreset } from './must-find-preset.js';
import { readRequest, type ReadRequest } from './read-request.js';
import { senderAuth, signAsSender } from './sign-as-sender.js';
import { configFile } from './config-file.js';

interface Flags {
  readonly config?: string;
  readonly preset?: string;
  readonly headers?: string;
  readonly json?: boolean;
}

/**
 * `komand-bridge try <source> <file>`: what would become of a request, stage by stage, and the exact requests that
 * would be sent. Needs no network. Exits 1 where it would not be accepted.
 */
export function tryCommand(io: CliIo): Command {
  return new Command('try')
    .description('take a request through a source, store and send nothing')
    .argument('<source-or-file>', 'the source; with --preset, the file')
    .argument('[file]', 'the body, or { "headers": …, "body": … }; - for standard input')
    .option('--preset <name>', 'a preset alone, without any configuration')
    .option('--headers <file>', 'headers, as a JSON object')
    .option('--config <file>', 'configuration file')
    .option('--json', 'machine-readable output')
    .action(async (first: string, second: string | undefined, flags: Flags) => {
      const file = flags.preset === undefined ? second : first;
      if (file === undefined)
        throw new CliError('Name a source and a file, or --preset and a file.', EXIT.usage);
      const read = readRequest(file, flags.headers);
      const { source, request } =
        flags.preset === undefined
          ? configured(io, first, read, flags)
          : { source: presetAlone(flags.preset), request: exampleRequest(read, Date.now()) };
      const tried = await trySource(source, request, {
        describe: (endpoint, body) => {
          const { method, path, headers } = eventCall(endpoint.kind, endpoint.id, body);
          return { method, path, headers };
        },
      });
      if (flags.json === true) printJson(io, tried);
      else printTried(io, tried);
      if (!tried.ok) {
        const failed = tried.stages.filter(({ ok }) => !ok).map(({ name }) => name);
        throw new CliError(`It would not be accepted: ${failed.join(', ')}.`, EXIT.failed);
      }
    });
}

function configured(
  io: CliIo,
  name: string,
  read: ReadRequest,
  flags: Flags,
): { readonly source: Source; readonly request: RawRequest } {
  const presets = shippedPresets();
  const { inForce } = mustLoad(io, configFile(flags.config, io.env), presets);
  const auth = senderAuth(inForce.config, presets, name);
  const source = inForce.sources.get(name);
  if (source === undefined) throw new CliError(`There is no source "${name}".`, EXIT.notFound);
  const request = exampleRequest(read, Date.now());
  // A body alone says nothing of its sender: what would become of it is asked as if the right one had sent it
  const signed = read.ownHeaders ? undefined : signAsSender(auth, read.body);
  if (signed === undefined) return { source, request };
  if (typeof signed === 'string') {
    io.stderr(`Taken without proof of its sender: ${signed}.\n`);
    return { source: { ...source, authenticate: () => ({ ok: true, secretIndex: 0 }) }, request };
  }
  io.stderr('Signed here as its sender would; give --headers to try the real ones.\n');
  const { headers, query, pathToken, body } = signed;
  const lower = Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]);
  return {
    source,
    request: {
      ...request,
      body,
      pathToken,
      headers: { ...request.headers, ...Object.fromEntries(lower) },
      query: new URLSearchParams(query),
    },
  };
}

function presetAlone(name: string): Source {
  const preset = mustFindPreset(shippedPresets(), name);
  const source = trialSource(preset, sourceDeps([]));
  if ('routes' in source) return source;
  throw new CliError(source.map(({ pointer, message }) => `${pointer} ${message}`).join('\n'), EXIT.config);
}

function printTried(io: CliIo, { stages, deliveries }: TriedRequest): void {
  for (const { name, ok, ms, detail } of stages) {
    io.stdout(
      `${paint(io, ok ? 'green' : 'red', ok ? 'ok  ' : 'FAIL')} ${name.padEnd(14)} ${ms.toFixed(1).padStart(6)} ms  ${plain(detail)}\n`,
    );
  }
  for (const { route, target, request } of deliveries) {
    io.stdout(`\nroute ${route} → ${target}\n${request.method} ${request.path}\n`);
    for (const [header, value] of Object.entries(request.headers)) io.stdout(`${header}: ${plain(value)}\n`);
    io.stdout(`\n${request.body}\n`);
  }
}
