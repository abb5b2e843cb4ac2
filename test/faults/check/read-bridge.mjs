import { Redis } from 'ioredis';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ALL_SENDERS } from '../load/sources.mjs';
import { sleep } from '../rig/wait.mjs';

/**
 * A delivery as the operations API shows it.
 * @typedef {{ id: string, event_id: string, source: string, state: string, delivery_key: string, received_at: string,
 *   job_id: string | null, error_class: string | null, attempt_count: number }} Shown
 *
 * @typedef {{ from: number, to: number, balanced: boolean, findings: readonly { source: string, id: string, what: string }[],
 *   sources: readonly { source: string, books: { accepted: number, deliveries: number },
 *   states: Record<string, number>, difference: number }[] }} Audit
 */

/** @typedef {import('../rig/world.mjs').World} World */

/** Deliveries that have not ended. @param {World} world @returns {Promise<number>} */
export async function pending(world) {
  const counts = /** @type {Record<string, Record<string, number>>} */ (
    await world.ingresses[0].json('/api/v1/counts')
  );
  return Object.values(counts).reduce(
    (sum, { queued = 0, active = 0, scheduled = 0 }) => sum + queued + active + scheduled,
    0,
  );
}

/** Every delivery that the API lists. @param {World} world @returns {Promise<Shown[]>} */
export async function deliveries(world) {
  /** @type {Shown[]} */
  const all = [];
  const [node] = world.ingresses;
  for (const { name } of ALL_SENDERS) {
    for (let cursor = ''; ;) {
      const query = `source=${name}&limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page = /** @type {{ items: Shown[], next_cursor: string | null }} */ (
        await node.json(`/api/v1/deliveries?${query}`)
      );
      all.push(...page.items);
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
      await sleep(0);
    }
  }
  return all;
}

/**
 * Attempts of a delivery that ended without an answer: after each of them a second job may be right.
 * @param {World} world @param {string} id @returns {Promise<number>}
 */
export async function doubtfulAttempts(world, id) {
  const shown = /** @type {{ attempts?: readonly { outcome: string }[] }} */ (
    await world.ingresses[0].json(`/api/v1/deliveries/${id}`)
  );
  return (shown.attempts ?? []).filter(({ outcome }) => outcome === 'ambiguous').length;
}

/** What `komand-bridge audit` proves, asked of the store itself. @param {World} world @returns {Promise<Audit>} */
export async function auditStore(world) {
  const module = pathToFileURL(join(dirname(world.program), 'queue', 'audit.js')).href;
  const { audit } = /** @type {{ audit: (options: object) => Promise<Audit> }} */ (await import(module));
  const client = new Redis({ port: world.redis.port, host: '127.0.0.1', replyMapping: 'legacy' });
  try {
    const sources = ALL_SENDERS.map(({ name }) => name);
    return await audit({
      client,
      prefix: await prefixOf(client),
      sources,
      from: Date.now() - 40 * 86_400_000,
      to: Date.now() + 3_600_000,
    });
  } finally {
    client.disconnect();
  }
}

/** What every key begins with. @param {Redis} client */
async function prefixOf(client) {
  const [, found] = await client.scan('0', 'MATCH', '*:{epoch}', 'COUNT', 1_000_000);
  return (found[0] ?? 'bridge:').split(':')[0];
}
