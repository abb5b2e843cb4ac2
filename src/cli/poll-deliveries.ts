import { listAt, textAt } from '../ops/console/fields.js';
import type { ApiClient } from './api-client.js';
import { paint, plain, printJson, type CliIo } from './cli-io.js';
import { pause } from './on-interrupt.js';

const PAGE = 100;
/** Deliveries remembered, so that a change of state can be told from the same one seen again. */
const REMEMBERED = 2_000;

/**
 * Prints a line for each change of the newest deliveries, until the signal. What is there at the start is not told: only what
 * changes from then on. A look that fails ends it.
 */
export async function watchDeliveries(
  io: CliIo,
  api: ApiClient,
  flags: { readonly source?: string; readonly json?: boolean; readonly interval: number },
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, string>();
  let first = true;
  while (!signal.aborted) {
    const page = await api.get('/api/v1/deliveries', { source: flags.source, limit: String(PAGE) });
    for (const item of listAt(page, 'items').toReversed()) {
      const id = textAt(item, 'id') ?? '';
      const now = ['state', 'attempt_count', 'outcome'].map((name) => textAt(item, name) ?? '').join(' ');
      const changed = known.get(id) !== now;
      known.delete(id);
      known.set(id, now);
      if (!changed || first) continue;
      if (flags.json === true) printJson(io, item);
      else io.stdout(`${lineOf(io, item)}\n`);
    }
    for (const id of known.keys()) {
      if (known.size <= REMEMBERED) break;
      known.delete(id);
    }
    first = false;
    await pause(flags.interval * 1_000, signal);
  }
}

function lineOf(io: CliIo, item: unknown): string {
  const state = textAt(item, 'state') ?? '';
  const tone = state === 'delivered' ? 'green' : state === 'dead' ? 'red' : 'yellow';
  const more = ['job_id', 'outcome', 'error_class'].flatMap((name) => textAt(item, name) ?? []);
  const at = textAt(item, 'delivered_at') ?? textAt(item, 'received_at') ?? '';
  return [
    paint(io, 'dim', at),
    paint(io, tone, plain(state).padEnd(9)),
    textAt(item, 'id') ?? '',
    ...more.map(plain),
  ].join('  ');
}
