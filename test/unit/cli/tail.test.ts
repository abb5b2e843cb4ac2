import fc from 'fast-check';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMessages, type StreamMessage } from '../../../src/cli/server-sent-events.js';
import { waitUntil } from '../../support/wait-until.js';
import { startFakeApi, type FakeApi } from './fake-api.js';
import { runCli } from './run-cli.js';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(() => api.close());

/** Runs the tail until it has printed `lines` lines. */
async function tail(lines: number, args: readonly string[] = []) {
  const controller = new AbortController();
  let seen = 0;
  return runCli(['deliveries', 'tail', ...args], {
    env: api.env,
    interrupted: controller.signal,
    onStdout: () => {
      seen += 1;
      if (seen >= lines) controller.abort();
    },
  });
}

async function collect(chunks: readonly string[]): Promise<readonly StreamMessage[]> {
  async function* all(): AsyncIterable<string> {
    yield* chunks;
  }
  const found: StreamMessage[] = [];
  for await (const message of readMessages(all())) found.push(message);
  return found;
}

describe('the event stream', () => {
  it('is read the same wherever the network cuts it', async () => {
    const text =
      ': hello\n\nevent: attempt\r\ndata: {"a":\r\ndata:1}\r\n\r\ndata: x\n\nevent: none\n\nid: 7\ndata\n\ndata: cut off';
    const expected = [
      { kind: 'attempt', data: '{"a":\n1}' },
      { kind: 'message', data: 'x' },
      { kind: 'message', data: '' },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 8 }), async (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        expect(await collect(edges.slice(1).map((end, i) => text.slice(edges[i], end)))).toEqual(expected);
      }),
    );
  });
});

describe('deliveries tail', () => {
  const events = [
    ['request', { source: 's', status: 401, request_id: 'req_1', cause: 'stale' }],
    ['attempt', { source: 'other', outcome: 'retry', delivery_id: 'dlv_0' }],
    [
      'attempt',
      { source: 's', outcome: 'delivered', delivery_id: 'dlv_1', job_id: 'j\u001b', duration_ms: 12.4 },
    ],
    ['delivery-ended', { source: 's', state: 'dead', delivery_id: 'dlv_2' }],
    [
      'job-ended',
      { source: 's', outcome: 'failed', delivery_id: 'dlv_1', job_id: 'j', failed_step: 'Block' },
    ],
    ['notice', { level: 'warn', event: 'circuit.open', message: 'soar is away' }],
  ] as const;
  const play = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [kind, data] of events) response.write(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
  };

  it('prints a line for each thing of that source, and ends with 0 at Ctrl-C', async () => {
    api.on('GET /api/v1/events', (_request, response) => play(response));
    const { code, stdout } = await tail(5, ['--source', 's']);
    expect(code).toBe(0);
    const lines = stdout.split('\n').map((line) => line.replace(/^\S+ +/, '').replaceAll(/ +/g, ' '));
    expect(lines.slice(0, 5)).toEqual([
      'request 401 s req_1 stale',
      'attempt delivered dlv_1 job j\\x1b 12 ms',
      'delivery-ended dead dlv_2',
      'job-ended failed dlv_1 job j Block',
      'notice warn circuit.open soar is away',
    ]);
  });

  it('--json prints what came, one object a line', async () => {
    api.on('GET /api/v1/events', (_request, response) => play(response));
    const { stdout } = await tail(6, ['--json']);
    const found = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(found).toHaveLength(6);
    expect(found[3]).toEqual({ kind: 'delivery-ended', ...events[3][1] });
  });

  it('says so when the bridge goes away, and when it is full', async () => {
    api.on('GET /api/v1/events', (_request, response) => {
      play(response);
      response.end();
    });
    expect((await tail(99)).code).toBe(7);
    api.on('GET /api/v1/events', { status: 429, body: { detail: 'Too many follow already.' } });
    expect(await tail(1)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Too many follow already.'),
    });
  });

  it('looks at the list where there is no stream: only what changes is told', async () => {
    let looks = 0;
    api.on('GET /api/v1/deliveries', (_request, response) => {
      looks += 1;
      const old = { id: 'dlv_old', state: 'delivered', received_at: '2026-01-01T00:00:00Z' };
      const fresh = { id: 'dlv_new', state: looks < 3 ? 'queued' : 'delivered', job_id: 'j' };
      response.end(JSON.stringify({ items: looks === 1 ? [old] : [fresh, old] }));
    });
    const { code, stdout } = await tail(2, ['--interval', '1']);
    expect(code).toBe(0);
    expect(stdout).not.toContain('dlv_old');
    expect(stdout).toMatch(/queued +dlv_new.*\n.*delivered +dlv_new +j/);
    await waitUntil('three looks', () => looks >= 3);
  });
});
