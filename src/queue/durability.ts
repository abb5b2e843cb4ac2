import type { RedisClient } from './connect.js';

/** How well the live server keeps what it acknowledged. `unknown` where it does not let us ask. */
export interface Durability {
  readonly appendonly: string;
  readonly appendfsync: string;
  readonly maxmemoryPolicy: string;
  readonly role: string;
  readonly replicas: number;
  /** Whether everything acknowledged survives a kill of Redis and of the machine. */
  readonly durable: boolean;
  /** One sentence: what survives what. */
  readonly sentence: string;
}

/** Asks the server itself, not our configuration. Rejects when Redis is away. */
export async function readDurability(client: RedisClient): Promise<Durability> {
  const [appendonly, appendfsync, maxmemoryPolicy] = await Promise.all(
    ['appendonly', 'appendfsync', 'maxmemory-policy'].map((name) => setting(client, name)),
  );
  const replication = await client.info('replication');
  const role = /^role:(\w+)/m.exec(replication)?.[1] ?? 'unknown';
  const replicas = Number(/^connected_slaves:(\d+)/m.exec(replication)?.[1] ?? 0);
  const facts = {
    appendonly: appendonly ?? 'unknown',
    appendfsync: appendfsync ?? 'unknown',
    maxmemoryPolicy: maxmemoryPolicy ?? 'unknown',
    role,
    replicas,
  };
  return { ...facts, ...judge(facts) };
}

/** Probes, scrapes and pages must not load Redis: an answer is good for so long. Milliseconds. */
const FRESH_MS = 1_000;

/** The same, asked at most once a second; what failed is asked again at once. */
export function createDurability(client: RedisClient, now: () => number): () => Promise<Durability> {
  let asked = -Infinity;
  let answer: Promise<Durability> | undefined;
  return () => {
    if (answer === undefined || now() - asked >= FRESH_MS) {
      asked = now();
      const current = readDurability(client);
      answer = current;
      current.catch(() => {
        if (answer === current) answer = undefined;
      });
    }
    return answer;
  };
}

async function setting(client: RedisClient, name: string): Promise<string> {
  // Managed services refuse CONFIG
  const reply: unknown = await client.config('GET', name).catch(() => undefined);
  return Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : 'unknown';
}

function judge(facts: Omit<Durability, 'durable' | 'sentence'>): Pick<Durability, 'durable' | 'sentence'> {
  const { appendonly, appendfsync, maxmemoryPolicy } = facts;
  if (maxmemoryPolicy !== 'noeviction' && maxmemoryPolicy !== 'unknown') {
    return {
      durable: false,
      sentence: `Redis may throw events away when its memory is full (maxmemory-policy ${maxmemoryPolicy}); set noeviction.`,
    };
  }
  if (appendonly === 'no') {
    return {
      durable: false,
      sentence:
        'Redis keeps events in memory only: whatever was acknowledged is lost when it stops; set appendonly yes.',
    };
  }
  if (appendfsync === 'always') {
    return {
      durable: true,
      sentence: 'Every acknowledged event is on disk: it survives a kill of Redis and a power failure.',
    };
  }
  if (appendonly === 'yes') {
    return {
      durable: false,
      sentence: `Acknowledged events survive a kill of Redis; a power failure can cost up to a second of them (appendfsync ${appendfsync}).`,
    };
  }
  return {
    durable: false,
    sentence:
      'Redis does not say how it keeps its data; make sure that it has an append-only file with appendfsync always.',
  };
}
