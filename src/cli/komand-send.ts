import type { Command } from 'commander';
import type { DeliveryOutcome } from '../model/outcome.js';
import { eventCall } from '../targets/komand/client.js';
import type { KomandTarget } from '../targets/komand/target.js';
import { plain, printJson, type CliIo } from './cli-io.js';
import { CliError } from './exit-code.js';
import { readData } from './komand-data.js';
import { exitCodeFor, type KomandDeps, type KomandOptions, withTarget } from './komand-target.js';

interface SendOptions extends KomandOptions {
  readonly data: string;
  readonly dryRun?: boolean;
}

/** Makes a command send one event to a workflow or a trigger, once: no queue, no retry. */
export function sendsEvent(
  io: CliIo,
  deps: KomandDeps,
  kind: 'workflow' | 'trigger',
  command: Command,
): void {
  command
    .option('--data <json>', 'the variables as JSON, or @file, or @- for standard input', '{}')
    .option('--dry-run', 'show what would be sent, and send nothing')
    .action(async (id: string, options: SendOptions) => {
      const body = readData(options.data);
      await withTarget(io, deps, options, async (target, settings) => {
        if (options.dryRun === true) {
          io.stdout(`POST ${settings.url.replace(/\/+$/, '')}${eventCall(kind, id, body).path}\n${body}\n`);
          return;
        }
        const { signal } = new AbortController();
        report(io, target, options, await target.send({ endpoint: { kind, id }, body, signal }));
      });
    });
}

function report(io: CliIo, target: KomandTarget, options: KomandOptions, outcome: DeliveryOutcome): void {
  if (outcome.kind !== 'delivered') {
    const after =
      outcome.kind === 'ambiguous' ? ' Komand may have started a job: look before you send it again.' : '';
    throw new CliError(`${target.name}: ${plain(outcome.reason)}.${after}`, exitCodeFor(outcome.errorClass));
  }
  const { jobId, message } = outcome;
  const jobUrl = jobId === undefined ? undefined : target.jobUrl(jobId);
  if (options.json === true)
    printJson(io, { job_id: jobId ?? null, job_url: jobUrl ?? null, message: message ?? null });
  else if (jobId !== undefined && jobUrl !== undefined) io.stdout(`${plain(jobId)}\n${plain(jobUrl)}\n`);
  else io.stdout(`${plain(message ?? 'accepted')}\n`);
}
