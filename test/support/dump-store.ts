import type { RedisClient } from '../../src/queue/connect.js';
import { PREFIX } from './open-test-store.js';

/** What tells of processes and of BullMQ's own doings, not of deliveries. */
const PASSING = /:(events|marker|id|stalled-check)$|:\{(epoch|readiness|lease|status|statuses|workers)\}/;

/**
 * Everything that is stored, as text in which what differs from one run to the next has the same word: ids that are given
 * in `names` have these, others that of their kind; times are `T`.
 */
export async function dumpStore(client: RedisClient, names: ReadonlyMap<string, string>): Promise<string> {
  const keys = (await client.keys(`${PREFIX}:*`)).filter((key) => !PASSING.test(key));
  const lines = await Promise.all(keys.map(async (key) => `${key} ${await valueOf(client, key)}`));
  return lines
    .map((line) => plainer(line, names))
    .sort()
    .join('\n');
}

async function valueOf(client: RedisClient, key: string): Promise<string> {
  const type = await client.type(key);
  if (type === 'string') return (await client.get(key)) ?? '';
  if (type === 'hash') {
    const fields = Object.entries(await client.hgetall(key));
    return fields
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join(' ');
  }
  if (type === 'list') return (await client.lrange(key, 0, -1)).join(' ');
  if (type === 'set') return (await client.smembers(key)).sort().join(' ');
  if (type === 'zset') return (await client.zrange(key, '0', '-1', 'WITHSCORES')).join(' ');
  if (type === 'stream') return JSON.stringify(await client.xrange(key, '-', '+'));
  throw new Error(`${key} is a ${type}`);
}

function plainer(line: string, names: ReadonlyMap<string, string>): string {
  let text = line;
  for (const [id, name] of names) text = text.replaceAll(id, name);
  return (
    text
      .replace(/dlv_[0-9A-Z]{26}_\w+/g, 'dlv_new')
      .replace(/evt_[0-9A-Z]{26}/g, 'evt')
      // A claim has its event's id without the prefix
      .replace(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, 'id')
      .replace(/blk_[0-9a-f]{24}/g, 'blk')
      .replace(/:(k|jid):[\w-]+/g, ':$1:hash')
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uuid')
      .replace(/books:\d{6}/g, 'books:H')
      .replace(/\d{13,17}(-\d+)?/g, 'T')
  );
}
