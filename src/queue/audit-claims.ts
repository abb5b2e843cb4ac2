import type { RedisClient } from './connect.js';
import { readClaim } from './claim-text.js';
import { timeOfId } from './id-time.js';
import { keysOf } from './keys.js';

const COUNT = 1_000;

/**
 * Looks for events that hold their delivery key but have lost a delivery. Walks through all keys, which is slow: for when
 * it is known already that something is missing.
 */
export async function auditClaims(
  range: {
    readonly client: RedisClient;
    readonly prefix: string;
    readonly source: string;
    readonly from: number;
    readonly to: number;
  },
  found: (eventId: string) => void,
): Promise<void> {
  const { client, prefix, source, from, to } = range;
  const { base, index } = keysOf(prefix, source);
  const check = async (key: string): Promise<void> => {
    const claim = readClaim((await client.get(key)) ?? '');
    if (claim === undefined) return;
    const at = timeOfId(claim.eventId);
    if (at < from || at >= to) return;
    const scores = await Promise.all(claim.deliveries.map((id) => client.zscore(index, id)));
    if (scores.includes(null)) found(claim.eventId);
  };
  // Braces and brackets would be a pattern's; a backslash takes their meaning away
  const match = `${base.replace(/[\\[\]?*]/g, '\\$&')}k:*`;
  for (const node of 'nodes' in client ? client.nodes('master') : [client]) {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', match, 'COUNT', COUNT);
      await Promise.all(keys.map(check));
      cursor = next;
    } while (cursor !== '0');
  }
}
