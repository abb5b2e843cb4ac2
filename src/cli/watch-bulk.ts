import { numberAt, textAt } from '../ops/console/fields.js';
import type { ApiClient } from './api-client.js';
import { plain, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { onInterrupt, pause } from './on-interrupt.js';
import { createProgressBar } from './progress-bar.js';

const EVERY_MS = 500;
const ENDED = new Set(['done', 'cancelled']);

/** Watches a bulk operation to its end and answers its last state. Ctrl-C ends the watching, not the operation. */
export async function watchBulk(io: CliIo, api: ApiClient, path: string): Promise<unknown> {
  const { signal, release } = onInterrupt(io);
  const bar = createProgressBar(io);
  try {
    for (;;) {
      // Its results are asked for once, at the end: they grow, and each costs the bridge a look
      const item = await api.get(path, { limit: '1' });
      const of = (name: string): number => numberAt(item, name) ?? 0;
      const note = textAt(item, 'waiting_for') ?? '';
      bar.show(of('succeeded') + of('failed') + of('skipped'), of('count'), plain(note));
      if (ENDED.has(textAt(item, 'state') ?? '')) return await api.get(path);
      await pause(EVERY_MS, signal);
      if (signal.aborted)
        throw new CliError('It goes on without you; stop it with: bulk cancel', EXIT.interrupted);
    }
  } finally {
    bar.end();
    release();
  }
}
