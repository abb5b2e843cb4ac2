import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeApi, type FakeApi } from './fake-api.js';
import { runCli } from './run-cli.js';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(() => api.close());

/** Every command that changes something, and what it asks of the bridge. */
const CHANGES: readonly (readonly [args: readonly string[], path: string])[] = [
  [['deliveries', 'retry', 'dlv_1'], '/api/v1/deliveries/dlv_1/retry'],
  [['deliveries', 'discard', 'dlv_1'], '/api/v1/deliveries/dlv_1/discard'],
  [['deliveries', 'replay', 'dlv/1'], '/api/v1/deliveries/dlv%2F1/replay'],
  [['rejected', 'release', 'req_1'], '/api/v1/rejected/req_1/release'],
  [['rejected', 'discard', 'req_1'], '/api/v1/rejected/req_1/discard'],
  [['sources', 'pause', 'splunk'], '/api/v1/sources/splunk/pause'],
  [['sources', 'resume', 'splunk'], '/api/v1/sources/splunk/resume'],
  [['bulk', 'cancel', 'b1'], '/api/v1/bulk/b1/cancel'],
];

const posts = (): readonly string[] =>
  api.seen.map(({ line }) => line).filter((line) => line.startsWith('POST'));

describe.each(CHANGES)('komand-bridge %j', (args, path) => {
  const why = ['--reason', 'Komand is back'];

  it('needs a reason', async () => {
    expect((await runCli([...args, '--yes'], { env: api.env })).code).toBe(2);
    expect(api.seen).toEqual([]);
  });

  it('changes nothing where nobody can be asked, but with --yes it does', async () => {
    const refused = await runCli([...args, ...why], { env: api.env });
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('--yes');
    expect(api.seen).toEqual([]);

    api.on(`POST ${path}`, { status: 202, body: { id: 'x', state: 'queued' } });
    const done = await runCli([...args, ...why, '--yes', '--json'], { env: api.env });
    expect(done).toMatchObject({ code: 0, stdout: '{"id":"x","state":"queued"}\n', stderr: '' });
    expect(api.seen).toEqual([
      { line: `POST ${path}`, body: { reason: 'Komand is back' }, authorization: 'Bearer an-ops-token' },
    ]);
  });

  it('asks the person at the terminal', async () => {
    api.on(`POST ${path}`, { body: { id: 'x' } });
    expect(await runCli([...args, ...why], { env: api.env, says: 'n' })).toMatchObject({ code: 1 });
    expect(await runCli([...args, ...why], { env: api.env, says: null })).toMatchObject({ code: 130 });
    expect(posts()).toEqual([]);
    const done = await runCli([...args, ...why], { env: api.env, says: 'Y' });
    expect(done).toMatchObject({ code: 0, asked: [expect.stringMatching(/\? \[y\/N\] $/)] });
    expect(posts()).toEqual([`POST ${path}`]);
  });

  it('--dry-run shows what would be asked, and asks nothing', async () => {
    const shown = await runCli([...args, ...why, '--dry-run'], { env: api.env });
    expect(shown).toMatchObject({ code: 0, stdout: `POST ${path}\n{"reason":"Komand is back"}\n` });
    const json = await runCli([...args, ...why, '--dry-run', '--json'], { env: api.env });
    expect(JSON.parse(json.stdout)).toMatchObject({ dry_run: true, path });
    expect(api.seen).toEqual([]);
  });

  it.each([
    [400, 2],
    [401, 4],
    [403, 4],
    [404, 5],
    [409, 1],
    [422, 1],
    [500, 1],
    [503, 7],
  ])('a %i ends it with %i and the bridge’s own sentence', async (status, code) => {
    api.on(`POST ${path}`, {
      status,
      body: { detail: 'No\u001b[2J.', errors: [{ pointer: '/a', message: 'must be text' }] },
    });
    const ran = await runCli([...args, ...why, '--yes'], { env: api.env });
    expect(ran).toMatchObject({ code, stdout: '', stderr: 'No\\x1b[2J.\n  /a must be text\n' });
  });
});

describe('a bridge that is not there', () => {
  it('ends a command with 7', async () => {
    await api.close();
    const ran = await runCli(['deliveries', 'list'], { env: api.env });
    expect(ran).toMatchObject({ code: 7, stdout: '' });
    expect(ran.stderr).toContain('No bridge answers at');
    expect(await runCli(['deliveries', 'export'], { env: api.env })).toMatchObject({ code: 7 });
  });
});
