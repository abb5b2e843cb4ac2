import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { timeOf } from '../../../src/cli/delivery-filters.js';
import { startFakeApi, type FakeApi } from './fake-api.js';
import { runCli } from './run-cli.js';

let api: FakeApi;
let dir = '';
beforeEach(async () => {
  api = await startFakeApi();
  dir = mkdtempSync(join(tmpdir(), 'cli-lists-'));
});
afterEach(async () => {
  await api.close();
  rmSync(dir, { recursive: true });
});

const run = (...args: readonly string[]) => runCli(args, { env: api.env });

describe('deliveries list', () => {
  it('passes every filter on by the name it has in the API', async () => {
    api.on('GET /api/v1/deliveries', { body: { items: [], next_cursor: null } });
    const ran = await run(
      'deliveries',
      'list',
      '--source',
      's',
      '--route',
      'r',
      '--state',
      'dead',
      '--outcome',
      'failed',
      '--error-class',
      'timeout',
      '--http-code',
      '503',
      '--from',
      '2026-01-31T12:00:00+01:00',
      '--to',
      '2026-02-01T00:00:00Z',
      '--delivery-key',
      'k',
      '--job-id',
      'j',
      '--text',
      'a b',
      '--body-field',
      'result.host=vpn01',
      '--limit',
      '7',
      '--cursor',
      'c',
    );
    expect(ran).toMatchObject({ code: 0, stdout: '', stderr: 'No delivery is like that.\n' });
    const query = new URLSearchParams(api.seen[0]?.line.split('?')[1]);
    expect(Object.fromEntries(query)).toEqual({
      source: 's',
      route: 'r',
      state: 'dead',
      outcome: 'failed',
      error_class: 'timeout',
      http_code: '503',
      from: '2026-01-31T11:00:00.000Z',
      to: '2026-02-01T00:00:00.000Z',
      delivery_key: 'k',
      job_id: 'j',
      text: 'a b',
      body_field: 'result.host=vpn01',
      limit: '7',
      cursor: 'c',
    });
  });

  it('goes on over short pages until it has as many as were asked for', async () => {
    const pages: Readonly<Record<string, unknown>> = {
      null: { items: [{ id: 'a' }], next_cursor: '2', scanned: 2000 },
      2: { items: [], next_cursor: '3', scanned: 2000 },
      3: { items: [{ id: 'b' }], next_cursor: '4', scanned: 10 },
    };
    api.on('GET /api/v1/deliveries', (request, response) => {
      const cursor = new URL(request.url ?? '', 'http://x').searchParams.get('cursor');
      response.end(JSON.stringify(pages[String(cursor)]));
    });
    const ran = await run('deliveries', 'list', '--text', 'x', '--limit', '2', '--json');
    expect(JSON.parse(ran.stdout)).toEqual({
      items: [{ id: 'a' }, { id: 'b' }],
      next_cursor: '4',
      scanned: 4010,
    });
    expect(api.seen.map(({ line }) => /limit=(\d+)/.exec(line)?.[1])).toEqual(['2', '1', '1']);
    expect((await run('deliveries', 'list', '--limit', '2')).stderr).toBe('More: --cursor 4\n');
  });

  it('shows what a terminal would obey', async () => {
    api.on('GET /api/v1/deliveries', { body: { items: [{ id: 'a', error_class: '\u001b]0;x\u0007' }] } });
    const { stdout } = await run('deliveries', 'list');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(stdout).toContain('\\x1b]0;x\\x07');
  });

  it.each([
    ['--limit', '0'],
    ['--limit', 'x'],
    ['--from', 'yesterday'],
    ['--nosuch', '1'],
  ])('refuses %s %s without asking the bridge', async (...args) => {
    expect((await run('deliveries', 'list', ...args)).code).toBe(2);
    expect(api.seen).toEqual([]);
  });

  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['30s', '2026-01-01T23:59:30.000Z'],
    ['15m', '2026-01-01T23:45:00.000Z'],
    ['2h', '2026-01-01T22:00:00.000Z'],
    ['7d', '2025-12-26T00:00:00.000Z'],
  ])('takes %s for %s', (text, expected) => {
    expect(timeOf(text, Date.UTC(2026, 0, 2))).toBe(expected);
  });
});

describe('deliveries show', () => {
  it('tells the state, the verdict, each attempt and the body', async () => {
    const item = {
      id: 'dlv_1',
      state: 'dead',
      body: '{\n"a":"\u001b"}',
      replay_verdict: { sentence: 'It is safe.' },
      attempts: [
        {
          number: 1,
          started_at: '2026-01-01T00:00:00Z',
          duration_ms: 12,
          outcome: 'retry',
          status: 503,
          reason: 'busy',
        },
        {
          number: 2,
          started_at: '2026-01-01T00:01:00Z',
          duration_ms: 9,
          outcome: 'delivered',
          status: 200,
          job_id: 'j',
        },
      ],
      mapped: { body: '{"title":"t"}' },
    };
    api.on('GET /api/v1/deliveries/dlv_1', { body: item });
    const { stdout } = await run('deliveries', 'show', 'dlv_1');
    expect(stdout).toMatch(/^id +dlv_1\nstate +dead\nsend again\? +It is safe\.\n/);
    expect(stdout).toMatch(/#1 .* 12 ms .*HTTP 503 +busy\n#2 .*HTTP 200 +job j\n/);
    expect(stdout).toContain('mapped\n{"title":"t"}\n');
    expect(stdout).toContain('body\n{\n"a":"\\x1b"}\n');
    expect(JSON.parse((await run('deliveries', 'show', 'dlv_1', '--json')).stdout)).toEqual(item);
    expect((await run('deliveries', 'show', 'dlv_2')).code).toBe(5);
  });
});

describe('deliveries replay', () => {
  it('sends the edited body as it is written, digit for digit', async () => {
    const file = join(dir, 'body.json');
    writeFileSync(file, '{"n": 12345678901234567890}');
    api.on('POST /api/v1/deliveries/d/replay', { status: 202, body: { id: 'dlv_2', replay_of: 'd' } });
    const ran = await run('deliveries', 'replay', 'd', '--reason', 'x', '--yes', '--body', file);
    expect(ran).toMatchObject({ code: 0, stdout: 'dlv_2 replays d\n' });
    expect(api.seen[0]?.body).toEqual({ reason: 'x', body: '{"n": 12345678901234567890}' });
    expect(
      (await run('deliveries', 'replay', 'd', '--reason', 'x', '--yes', '--body', `${file}x`)).code,
    ).toBe(2);
  });
});

describe('deliveries export', () => {
  const route = 'GET /api/v1/export';

  it('writes what comes to standard output, or to a new file of the owner', async () => {
    api.on(route, (_request, response) => {
      response.write('id\r\n');
      response.end('a\r\n');
    });
    const ran = await run('deliveries', 'export', '--format', 'csv', '--state', 'dead');
    expect(ran).toMatchObject({ code: 0, stdout: 'id\r\na\r\n' });
    expect(api.seen[0]?.line).toBe('GET /api/v1/export?state=dead&format=csv');
    const file = join(dir, 'out.csv');
    expect(await run('deliveries', 'export', '--output', file)).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe('id\r\na\r\n');
    expect((await run('deliveries', 'export', '--output', file)).code).toBe(2);
    expect((await run('deliveries', 'export', '--format', 'xml')).code).toBe(2);
  });

  it('fails where the bridge breaks off, and leaves no file where it refuses', async () => {
    api.on(route, (_request, response) => {
      response.write('half');
      setImmediate(() => response.destroy());
    });
    expect((await run('deliveries', 'export')).code).toBe(7);
    api.on(route, { status: 401, body: { detail: 'Show a token.' } });
    const file = join(dir, 'none');
    expect(await run('deliveries', 'export', '--output', file)).toMatchObject({
      code: 4,
      stderr: 'Show a token.\n',
    });
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });
});

describe('other lists', () => {
  it.each([
    [
      ['dead', 'groups', '--source', 's'],
      'GET /api/v1/dead/groups',
      {
        items: [{ count: 3, source: 's', error_class: 'http_4xx', status: 422, sample_ids: ['dlv_1'] }],
        complete: false,
      },
      /COUNT.*\n3 +s +http_4xx +422 .*dlv_1/,
    ],
    [
      ['rejected', 'list', '--cause', 'stale'],
      'GET /api/v1/rejected',
      { items: [{ id: 'req_1', quarantined: true, cause: 'stale', detail: '372 s old' }] },
      /req_1 .* yes +stale +372 s old/,
    ],
    [
      ['sources', 'list'],
      'GET /api/v1/sources',
      { items: [{ name: 's', preset: 'jira', paused: true, routes: [{ name: 'all', target: 'soar' }] }] },
      /s +jira +paused .*all → soar/,
    ],
    [
      ['bulk', 'list'],
      'GET /api/v1/bulk',
      { items: [{ id: 'b', action: 'retry', state: 'done' }] },
      /b +retry +done/,
    ],
  ] as const)('%j', async (args, route, body, expected) => {
    api.on(route, { body });
    const ran = await run(...args);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(expected);
    expect(JSON.parse((await run(...args, '--json')).stdout)).toMatchObject({ items: body.items });
  });
});
