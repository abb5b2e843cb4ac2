import { afterEach, describe, expect, it } from 'vitest';
import type { Fault, FaultKind, FaultRule } from '../../../src/simulator/fault.js';
import { FAULT_KINDS } from '../../../src/simulator/fault.js';
import { AT_ONCE, startSim, type Answer, type SimClient } from './sim-client.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function sim(faults: readonly FaultRule[] = [], seed = 1): Promise<SimClient> {
  const client = await startSim({ settings: AT_ONCE, faults, seed });
  closers.push(() => client.close());
  return client;
}

const EVENTS = '/v2/workflows/w/events';

interface Seen {
  readonly answer: Answer | undefined;
  /** Of the connection, when there was no answer. */
  readonly error: string | undefined;
  /** The event's line in the ledger. */
  readonly line: Record<string, unknown>;
  /** What Komand's own list has afterwards. */
  readonly jobs: { readonly job_id: string; readonly status: string }[];
}

/** Posts one event into a simulator where it meets the fault. */
async function meet(fault: Fault, timeoutMs = 300): Promise<Seen> {
  const client = await sim();
  const token = await client.login();
  await client.control('POST', 'faults', [{ match: { path: EVENTS }, fault }]);
  let error: string | undefined;
  const answer = await client
    .call(EVENTS, { method: 'POST', token, body: { a: 1 }, timeoutMs })
    .catch((thrown) => {
      error = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
      return undefined;
    });
  const fresh = await client.login();
  const { jobs } = (await client.call('/v2/jobs', { token: fresh })).body;
  const { entries } = await client.control('GET', 'ledger?since=1&limit=1');
  return { answer, error, line: entries[0], jobs };
}

const MINUTE = 60_000;
const BLANKS = { bytes: 100_000 };

interface Row {
  readonly kind: FaultKind;
  readonly with?: Partial<Fault>;
  /** What the caller sees; absent: no answer. */
  readonly status?: number;
  readonly accepted: boolean;
  readonly jobs: number;
  readonly also?: (seen: Seen) => void;
}

const ROWS: readonly Row[] = [
  { kind: 'status', status: 500, accepted: false, jobs: 0 },
  {
    kind: 'status',
    with: { status: 503, headers: { 'Retry-After': '7', 'Content-Type': 'text/html' }, body: '<h1>' },
    status: 503,
    accepted: false,
    jobs: 0,
    also: ({ answer }) => {
      expect(answer).toMatchObject({
        text: '<h1>',
        headers: { 'retry-after': '7', 'content-type': 'text/html' },
      });
    },
  },
  { kind: 'status', with: { status: 504, accept: true }, status: 504, accepted: true, jobs: 1 },
  {
    kind: 'access-denied',
    status: 403,
    accepted: false,
    jobs: 0,
    also: ({ answer }) => expect(answer?.body.status).toBe('ACCESS_DENIED'),
  },
  {
    kind: 'redirect',
    with: { location: 'http://127.0.0.1:9/x' },
    status: 301,
    accepted: false,
    jobs: 0,
    also: ({ answer }) => expect(answer?.headers.location).toBe('http://127.0.0.1:9/x'),
  },
  {
    kind: 'login-html',
    status: 200,
    accepted: false,
    jobs: 0,
    also: ({ answer }) => expect(answer?.headers['content-type']).toMatch(/^text\/html/),
  },
  {
    kind: 'reset-before-read',
    accepted: false,
    jobs: 0,
    also: ({ line, error }) => {
      expect(line['body']).toBe('');
      expect(error).toBe('ECONNRESET');
    },
  },
  {
    kind: 'reset-before-accept',
    accepted: false,
    jobs: 0,
    also: ({ line, error }) => {
      expect(line['body']).toBe('{"a":1}');
      expect(error).toBe('ECONNRESET');
    },
  },
  {
    kind: 'reset-after-accept',
    accepted: true,
    jobs: 1,
    also: ({ error }) => expect(error).toBe('ECONNRESET'),
  },
  { kind: 'hang', accepted: false, jobs: 0, also: ({ error }) => expect(error).toContain('TIMED_OUT') },
  {
    kind: 'hang',
    with: { delayMs: 5 },
    accepted: false,
    jobs: 0,
    also: ({ error }) => expect(error).toBe('ECONNRESET'),
  },
  {
    kind: 'silence-after-accept',
    accepted: true,
    jobs: 1,
    also: ({ error }) => expect(error).toContain('TIMED_OUT'),
  },
  { kind: 'slow-headers', with: { delayMs: 20 }, status: 200, accepted: true, jobs: 1 },
  { kind: 'slow-headers', with: { delayMs: MINUTE }, accepted: true, jobs: 1 },
  { kind: 'slow-headers', with: { delayMs: 5, accept: false }, status: 503, accepted: false, jobs: 0 },
  {
    kind: 'drip',
    with: { delayMs: 1 },
    status: 200,
    accepted: true,
    jobs: 1,
    also: ({ answer }) => expect(answer?.complete).toBe(true),
  },
  {
    kind: 'truncate',
    status: 200,
    accepted: true,
    jobs: 1,
    also: ({ answer }) => {
      expect(answer?.complete).toBe(false);
      expect(answer?.text).toMatch(/^\{"job_id"/);
      expect(answer?.body).toBeUndefined();
    },
  },
  {
    kind: 'wrong-content-type',
    status: 200,
    accepted: true,
    jobs: 1,
    also: ({ answer, jobs }) => {
      expect(answer?.headers['content-type']).toBe('text/html');
      expect(answer?.body.job_id).toBe(jobs[0]?.job_id);
    },
  },
  {
    kind: 'empty-body',
    status: 200,
    accepted: true,
    jobs: 1,
    also: ({ answer }) => expect(answer?.text).toBe(''),
  },
  {
    kind: 'not-json',
    status: 200,
    accepted: true,
    jobs: 1,
    also: ({ answer }) => expect(answer?.body).toBeUndefined(),
  },
  { kind: 'garbage', accepted: true, jobs: 1, also: ({ error }) => expect(error).toMatch(/^HPE_/) },
  {
    kind: 'no-job-id',
    status: 200,
    accepted: true,
    jobs: 1,
    also: ({ answer }) => expect(answer?.body).toEqual({ message: 'event published to queue' }),
  },
  ...[0, null, '', 'x'.repeat(300), { a: 1 }].map((jobId): Row => ({
    kind: 'odd-job-id',
    with: { jobId },
    status: 200,
    accepted: true,
    jobs: 1,
    also: ({ answer }) => expect(answer?.body.job_id).toEqual(jobId ?? 0),
  })),
  {
    kind: 'duplicate-jobs',
    with: { copies: 3 },
    status: 200,
    accepted: true,
    jobs: 3,
    also: ({ answer, jobs, line }) => {
      expect(line['job_ids']).toEqual(jobs.map((job) => job.job_id).toReversed());
      expect(line['job_ids']).toContain(answer?.body.job_id);
    },
  },
  {
    kind: 'job-never-appears',
    status: 200,
    accepted: true,
    jobs: 0,
    also: ({ answer, line }) => expect(line['job_ids']).toEqual([answer?.body.job_id]),
  },
  {
    kind: 'job-outcome',
    with: { outcome: 'dismissed' },
    status: 200,
    accepted: true,
    jobs: 1,
    also: ({ jobs }) => expect(jobs[0]?.status).toBe('dismissed'),
  },
  {
    kind: 'gzip-bomb',
    with: BLANKS,
    status: 200,
    accepted: true,
    jobs: 1,
    also: ({ answer }) => {
      expect(answer?.headers['content-encoding']).toBe('gzip');
      expect(Number(answer?.headers['content-length'])).toBeLessThan(1_000);
    },
  },
  {
    kind: 'huge-body',
    with: BLANKS,
    status: 200,
    accepted: true,
    jobs: 1,
    also: ({ answer, jobs }) => {
      expect(answer?.text.length).toBeGreaterThan(BLANKS.bytes);
      expect(answer?.body.job_id).toBe(jobs[0]?.job_id);
    },
  },
  { kind: 'revoke', status: 401, accepted: false, jobs: 0 },
];

describe('an event that meets a fault', () => {
  it('has a row for every kind', () => {
    expect(new Set(ROWS.map((row) => row.kind))).toEqual(new Set(FAULT_KINDS));
  });

  it.each(ROWS.map((row) => [row.kind, JSON.stringify(row.with ?? {}).slice(0, 60), row] as const))(
    '%s %s',
    async (kind, _, row) => {
      // Only a fault that never answers is waited for in vain
      const seen = await meet({ kind, ...row.with }, row.status === undefined ? 150 : 5_000);
      expect(seen.answer?.status).toBe(row.status);
      expect(seen.line).toMatchObject({ fault: kind, accepted: row.accepted, status: row.status ?? 'none' });
      expect(seen.jobs).toHaveLength(row.jobs);
      if (row.jobs > 0) expect(seen.line['job_ids']).toHaveLength(row.jobs);
      row.also?.(seen);
    },
  );

  it('is told apart from the same fault on another route', async () => {
    const client = await sim([
      { match: { path: '/v2/sessions', times: 1 }, fault: { kind: 'status', status: 503 } },
    ]);
    expect(await client.login()).toBeUndefined();
    const token = await client.login();
    expect((await client.call(EVENTS, { method: 'POST', token, body: {} })).status).toBe(200);
  });
});

describe('a rule', () => {
  /** Which of ten requests met the fault. */
  async function hits(match: FaultRule['match'], paths: readonly string[], seed = 1): Promise<number[]> {
    const client = await sim([{ match, fault: { kind: 'status', status: 418 } }], seed);
    const found: number[] = [];
    for (const [i, path] of paths.entries()) {
      if ((await client.call(path)).status === 418) found.push(i + 1);
    }
    return found;
  }
  const TEN = Array.from({ length: 10 }, () => '/v2/jobs');

  it.each([
    [{}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    [{ nth: 3 }, [3]],
    [{ every: 4 }, [4, 8]],
    [{ times: 2 }, [1, 2]],
    [{ every: 3, times: 2 }, [3, 6]],
    [{ probability: 0 }, []],
    [{ probability: 1 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    [{ method: 'POST' }, []],
    [{ method: 'get', nth: 1 }, [1]],
  ])('%j fires for %j', async (match, expected) => {
    expect(await hits(match, TEN)).toEqual(expected);
  });

  it('draws its chance from the seed', async () => {
    const [once, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => hits({ probability: 0.5 }, TEN, seed)),
    );
    expect(once).toEqual(again);
    expect(once).not.toEqual(other);
    expect(once?.length).toBeGreaterThan(0);
    expect(once?.length).toBeLessThan(10);
  });

  const PATHS = [
    '/v2/jobs',
    '/v2/jobs/a',
    '/v2/jobs/a/steps',
    '/v2/workflows/w/events',
    '/v2/workflows/x/events',
    '/v2/jobs?limit=1',
  ];
  it.each([
    [{ path: '/v2/jobs' }, [1, 2, 3, 6]],
    [{ path: '/v2/jobs', exact: true }, [1, 6]],
    [{ path: '/v2/jobs/*' }, [2]],
    [{ path: '/v2/jobs/**' }, [1, 2, 3, 6]],
    [{ path: '/v2/*/*/events' }, [4, 5]],
    [{ workflow: 'w' }, [4]],
    [{ path: '/v2/workflows', workflow: 'x' }, [5]],
    [{ path: '/v3' }, []],
  ])('%j fits requests %j', async (match, expected) => {
    expect(await hits(match, PATHS)).toEqual(expected);
  });

  it('can be listed with its counts and taken away', async () => {
    const client = await sim();
    const rule = { match: { nth: 2 }, fault: { kind: 'status' } };
    const [added] = await client.control('POST', 'faults', rule);
    await client.control('POST', 'faults', [rule, rule]);
    await client.call('/');
    await client.call('/');
    expect(await client.control('GET', 'faults')).toMatchObject([
      { id: added.id, ...rule, seen: 2, fired: 1 },
      { seen: 2, fired: 0 },
      { seen: 2, fired: 0 },
    ]);
    expect(await client.control('DELETE', `faults/${added.id}`)).toEqual({ removed: 1 });
    expect(await client.control('DELETE', 'faults')).toEqual({ removed: 2 });
  });

  it.each([
    ['a word', 400],
    [{}, 400],
    [[{ fault: {} }], 400],
    [[{ fault: { kind: 'nope' } }], 400],
    [[{ fault: { kind: 'hang' }, math: {} }], 400],
    [[{ match: { nth: 0 }, fault: { kind: 'hang' } }], 400],
    [[{ match: { probability: 2 }, fault: { kind: 'hang' } }], 400],
    [[{ fault: { kind: 'status', status: 99 } }], 400],
    [[], 200],
  ])('%j is answered with %i', async (body, status) => {
    const { call } = await sim();
    const text = JSON.stringify(body);
    const answer = await call('/__sim/faults', { method: 'POST', body: text });
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body.message).toMatch(/\.$/);
  });
});
