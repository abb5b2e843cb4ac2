import { isJsonObject } from '../model/json.js';

export type BulkAction = 'retry' | 'discard' | 'replay';

/** An operation on exactly the deliveries that were counted when it was planned. Times in Unix milliseconds. */
export interface Bulk {
  readonly id: string;
  readonly action: BulkAction;
  readonly filter: Readonly<Record<string, string>>;
  readonly all: boolean;
  readonly state: 'planned' | 'running' | 'done' | 'cancelled';
  readonly count: number;
  readonly by: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
  /** Deliveries a second. */
  readonly rate?: number;
  readonly reason?: string;
  /** Who started it. */
  readonly runBy?: string;
  /** The entry of the audit trail that it was started with. */
  readonly auditId?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly waitingFor?: string;
}

/** Reads the facts of an operation. `undefined` where there are none. */
export function readBulk(id: string, hash: Readonly<Record<string, string>>): Bulk | undefined {
  const { action, state, by = '', createdAt } = hash;
  // Written by `bulk-store.ts`: the words are trusted, their being there is not
  if (action === undefined || state === undefined || createdAt === undefined) return undefined;
  const time = (name: string): Record<string, number> =>
    hash[name] === undefined ? {} : { [name]: Number(hash[name]) };
  const text = (name: string): Record<string, string> =>
    hash[name] === undefined ? {} : { [name]: hash[name] };
  return {
    id,
    action: action as BulkAction,
    filter: readFilter(hash['filter']),
    all: hash['all'] === '1',
    state: state as Bulk['state'],
    by,
    count: Number(hash['count'] ?? 0),
    createdAt: Number(createdAt),
    succeeded: Number(hash['succeeded'] ?? 0),
    failed: Number(hash['failed'] ?? 0),
    skipped: Number(hash['skipped'] ?? 0),
    ...time('expiresAt'),
    ...time('rate'),
    ...time('startedAt'),
    ...time('endedAt'),
    ...text('reason'),
    ...text('runBy'),
    ...text('auditId'),
    ...text('waitingFor'),
  };
}

function readFilter(text = '{}'): Readonly<Record<string, string>> {
  const value: unknown = JSON.parse(text);
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.map(([name, each]) => [name, typeof each === 'string' ? each : JSON.stringify(each)]),
  );
}
