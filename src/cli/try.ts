import { Command } from 'commander';
import type { Source } from '../model/source.js';
import { exampleRequest } from '../sources/run-example.js';
import { trialSource } from '../sources/trial-source.js';
import { trySource, type TriedRequest } from '../sources/try-source.js';
import { eventCall } from '../targets/komand/client.js';
import { plain, printJson, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { mustLoad, shippedPresets, sourceDeps } from './load-in-force.js';
import { readRequest } from './read-request.js';
import { configFile } from './start.js';

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
    .addHelpText(
      'after',
      '\nExamples:\n  komand-bridge try splunk body.json\n  komand-bridge try --preset jira body.json --json\n',
    )
    .action(async (first: string, second: string | undefined, flags: Flags) => {
      const file = flags.preset === undefined ? second : first;
      if (file === undefined)
        throw new CliError('Name a source and a file, or --preset and a file.', EXIT.usage);
      const source = flags.preset === undefined ? configured(io, first, flags) : presetAlone(flags.preset);
      const request = exampleRequest(readRequest(file, flags.headers), Date.now());
      const tried = await trySource(source, request, {
        describe: (endpoint, body) => {
          const { method, path, headers } = eventCall(endpoint.kind, endpoint.id, body);
          return { method, path, headers };
        },
      });
      if (flags.json === true) printJson(io, tried);
      else printTried(io, tried);
      if (!tried.ok) throw new CliError('It would not be accepted.', EXIT.failed);
    });
}

function configured(io: CliIo, name: string, flags: Flags): Source {
  const { inForce } = mustLoad(io, configFile(flags.config, io.env), shippedPresets());
  const source = inForce.sources.get(name);
  if (source !== undefined) return source;
  const names = [...inForce.sources.keys()].join(', ');
  throw new CliError(`There is no source "${name}"; there are: ${names || 'none'}.`, EXIT.notFound);
}

function presetAlone(name: string): Source {
  const presets = shippedPresets();
  const preset = presets.get(name);
  if (preset === undefined) {
    throw new CliError(
      `There is no preset "${name}"; there are: ${presets.names.join(', ')}.`,
      EXIT.notFound,
    );
  }
  const source = trialSource(preset, sourceDeps([]));
  if ('routes' in source) return source;
  throw new CliError(source.map(({ pointer, message }) => `${pointer} ${message}`).join('\n'), EXIT.config);
}

function printTried(io: CliIo, { stages, deliveries }: TriedRequest): void {
  for (const { name, ok, ms, detail } of stages) {
    io.stdout(
      `${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(14)} ${ms.toFixed(1).padStart(6)} ms  ${plain(detail)}\n`,
    );
  }
  for (const { route, target, request } of deliveries) {
    io.stdout(`\nroute ${route} → ${target}\n${request.method} ${request.path}\n`);
    for (const [header, value] of Object.entries(request.headers)) io.stdout(`${header}: ${plain(value)}\n`);
    io.stdout(`\n${request.body}\n`);
  }
}
