import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { barOf } from '../../../src/cli/progress-bar.js';
import { startFakeApi, type FakeApi } from './fake-api.js';
import { runCli } from './run-cli.js';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(() => api.close());

const run = (...args: readonly string[]) => runCli(args, { env: api.env });
const RUN = ['bulk', 'run', 'b1', '--reason', 'back', '--yes'];

/** The operation as it stands at each look, the last one for good. */
function steps(...items: readonly Readonly<Record<string, unknown>>[]): void {
  const left = [...items];
  api.on('GET /api/v1/bulk/b1', (_request, response) => {
    const now = left.length > 1 ? left.shift() : left[0];
    response.end(JSON.stringify({ id: 'b1', action: 'retry', count: 4, ...now }));
  });
  api.on('POST /api/v1/bulk/b1/run', { status: 202, body: { id: 'b1', state: 'running' } });
}

describe('bulk plan', () => {
  it('refuses to mean everything by saying nothing', async () => {
    expect((await run('bulk', 'plan', 'retry')).code).toBe(2);
    expect((await run('bulk', 'plan', 'retry', '--all', '--state', 'dead')).code).toBe(2);
    expect((await run('bulk', 'plan', 'mend', '--state', 'dead')).code).toBe(2);
    expect(api.seen).toEqual([]);
  });

  it('sends the filter, and shows the count and the samples', async () => {
    api.on('POST /api/v1/bulk', {
      status: 201,
      body: { id: 'b1', count: 4, samples: [{ id: 'dlv_1', state: 'dead' }] },
    });
    const ran = await run('bulk', 'plan', 'retry', '--state', 'dead', '--fingerprint', 'f');
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('bulk run b1') });
    expect(ran.stdout).toMatch(/count +4\n\nsamples\ndlv_1 +dead/);
    await run('bulk', 'plan', 'discard', '--all', '--json');
    expect(api.seen.map(({ body }) => body)).toEqual([
      { action: 'retry', filter: { state: 'dead', fingerprint: 'f' } },
      { action: 'discard', all: true },
    ]);
  });
});

describe('bulk run', () => {
  it.each([
    [{ state: 'done', succeeded: 4 }, 0],
    [{ state: 'done', succeeded: 3, skipped: 1 }, 0],
    [{ state: 'done', succeeded: 3, failed: 1 }, 6],
    [{ state: 'done', failed: 4 }, 1],
    [{ state: 'cancelled', succeeded: 1 }, 6],
    [{ state: 'cancelled' }, 1],
  ])('%j ends with %i', async (last, code) => {
    steps({ state: 'planned' }, { state: 'running', succeeded: 1 }, last);
    expect((await run(...RUN, '--rate', '20')).code).toBe(code);
    const posted = api.seen.find(({ line }) => line.startsWith('POST'));
    expect(posted?.body).toEqual({ rate: 20, reason: 'back' });
  });

  it('asks with the exact count', async () => {
    steps({ state: 'done', succeeded: 4 });
    const ran = await runCli(RUN.slice(0, -1), { env: api.env, says: 'no' });
    expect(ran).toMatchObject({ code: 1, asked: ['retry 4 deliveries? [y/N] '] });
    expect(api.seen.map(({ line }) => line)).toEqual(['GET /api/v1/bulk/b1']);
  });

  it('shows a bar on a terminal only, and never among the data', async () => {
    steps(
      { state: 'planned' },
      { state: 'running', succeeded: 2, waiting_for: 'soar is away' },
      { state: 'done', succeeded: 4 },
    );
    const shown = await runCli([...RUN, '--json'], { env: api.env, messagesOnTerminal: true });
    expect(shown.stderr).toContain('50 %  2/4  soar is away');
    expect(shown.stderr).toContain('100 %  4/4');
    expect(JSON.parse(shown.stdout)).toMatchObject({ state: 'done' });
    expect((await run(...RUN)).stderr).toBe('');
  });

  it('Ctrl-C ends the watching and not the operation', async () => {
    steps({ state: 'running', succeeded: 1 });
    const interrupted = AbortSignal.abort();
    const ran = await runCli(RUN, { env: api.env, interrupted });
    expect(ran).toMatchObject({ code: 130, stderr: expect.stringContaining('bulk cancel') });
    expect(api.seen.some(({ line }) => line.includes('cancel'))).toBe(false);
  });

  it('--no-wait does not look again', async () => {
    steps({ state: 'planned' });
    expect((await run(...RUN, '--no-wait')).code).toBe(0);
    expect(api.seen).toHaveLength(2);
  });

  it.each([
    [0, 0, '100 %  0/0'],
    [1, 3, ' 33 %  1/3'],
    [5, 3, '100 %  5/3'],
  ])('bar of %i/%i', (done, total, expected) => {
    expect(barOf(done, total, '')).toContain(expected);
  });
});
