import { isJsonObject } from '../model/json.js';
import type { RedisClient } from './connect.js';
import { defineScript, runScript } from './script.js';

/** What a process tells of itself to the others. */
export interface ProcessStatus {
  readonly instance: string;
  /** Unix milliseconds by Redis' clock at which it was told. */
  readonly at: number;
  readonly facts: unknown;
}

const EVERY_MS = 1_000;
/** A process that was not heard of for so long is gone. */
const GONE_MS = 6_000;

/** KEYS: 1 hash by instance. ARGV: 1 instance · 2 facts · 3 time after which all are gone */
const TELL = defineScript(`
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], time[1] .. '.' .. string.format('%06d', time[2]) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`);

function keyOf(prefix: string): string {
  return `${prefix}:{status}:processes`;
}

/** Tells every second how this process stands, until closed. */
export function tellStatus(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly instance: string;
  readonly facts: () => unknown;
}): { close(): Promise<void> } {
  const { client, prefix, instance, facts } = deps;
  let telling = Promise.resolve();
  let closed = false;
  const tell = async (): Promise<void> => {
    if (closed) return;
    await runScript(client, TELL, [keyOf(prefix)], [instance, JSON.stringify(facts()), GONE_MS * 10]);
  };
  const go = (): void => {
    telling = telling.then(tell).catch(() => undefined);
  };
  go();
  const timer = setInterval(go, EVERY_MS);
  return {
    close: async () => {
      closed = true;
      clearInterval(timer);
      await telling;
      await client.hdel(keyOf(prefix), instance).catch(() => 0);
    },
  };
}

/** How the processes that live stand. Rejects while Redis is away. */
export async function readStatuses(client: RedisClient, prefix: string): Promise<readonly ProcessStatus[]> {
  const [[seconds], hash] = await Promise.all([client.time(), client.hgetall(keyOf(prefix))]);
  return Object.entries(hash)
    .map(([instance, text]) => read(instance, text))
    .filter((status) => status !== undefined)
    .filter(({ at }) => Number(seconds) * 1_000 - at < GONE_MS);
}

function read(instance: string, text: string): ProcessStatus | undefined {
  const split = text.indexOf(' ');
  const facts: unknown = JSON.parse(text.slice(split + 1));
  return isJsonObject(facts) ? { instance, at: Number(text.slice(0, split)) * 1_000, facts } : undefined;
}
