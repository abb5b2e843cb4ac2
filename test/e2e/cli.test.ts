import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.js';
import { spawnProgram, type Program } from '../support/spawn-program.js';
import { makeBridge, OPS_TOKEN, type BridgeProcess, type TestBridge } from '../support/start-bridge.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';

/** The command line as a person has it: the built program, a real bridge, a real Redis, a Komand that is simulated. */
let redis: TestRedis;
let simulator: Simulator;
let bridge: TestBridge;
let running: BridgeProcess;

const SECRET = 'a-secret-of-the-source-that-fails';

beforeAll(async () => {
  redis = await startRedis();
  simulator = await startSimulator({
    seed: 7,
    settings: { jobDelayMs: [0, 50], jobDurationMs: [10, 50], outcomes: { succeeded: 1 } },
  });
  bridge = makeBridge({
    redisUrl: redis.url,
    targetUrl: simulator.url,
    sources: {
      broken: {
        preset: 'generic',
        auth: { type: 'token', in: 'header', name: 'x-token', secrets: [SECRET] },
        delivery_key: { body: ['id'] },
        // Dies at once, and of the same thing every time
        map: '$error("no such variable")',
        routes: [{ workflow: '22222222-2222-4333-8444-555555555555' }],
      },
      strict: {
        preset: 'generic',
        auth: { type: 'token', in: 'header', name: 'x-token', secrets: [SECRET] },
        delivery_key: { body: ['id'] },
        schema: 'strict.json',
        map: 'raw',
        routes: [{ workflow: '33333333-2222-4333-8444-555555555555' }],
      },
    },
  });
  writeFileSync(join(bridge.dir, 'strict.json'), '{"type":"object","required":["host"]}');
  running = await bridge.start('ingress,worker,ops');
});
afterAll(async () => {
  await bridge.close();
  await simulator.close();
  await redis.close();
});

function start(args: readonly string[]): Program {
  const env = {
    BRIDGE_CONFIG: bridge.configFile,
    BRIDGE_OPS_URL: running.opsUrl,
    BRIDGE_OPS_TOKEN: OPS_TOKEN,
  };
  return spawnProgram(args, env, bridge.dir);
}

async function run(...args: readonly string[]) {
  const program = start(args);
  try {
    const code = await program.ended();
    for (const secret of [SECRET, OPS_TOKEN])
      expect(program.stdout() + program.stderr()).not.toContain(secret);
    return { code, stdout: program.stdout(), stderr: program.stderr() };
  } finally {
    await program.close();
  }
}

async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect(`${code} ${stderr}`).toMatch(/^0 /);
  return JSON.parse(stdout) as Record<string, unknown>;
}

function bodyFile(id: string, more: Readonly<Record<string, unknown>> = {}): string {
  const file = join(bridge.dir, `${id}.json`);
  writeFileSync(file, JSON.stringify({ id, title: `event ${id}`, ...more }));
  return file;
}

/** Sends an event and waits until its delivery is in this state. */
async function sent(source: string, id: string, state: string): Promise<string> {
  const { answer } = await json('send', source, bodyFile(id), '--url', running.hooksUrl);
  const [delivery = ''] = (answer as { deliveries: string[] }).deliveries;
  await waitUntil(`${id} to be ${state}`, async () => {
    const shown = (await running.api(`/api/v1/deliveries/${delivery}`)) as { state: string };
    return shown.state === state;
  });
  return delivery;
}

describe('a day with the command line', () => {
  it('sends a webhook as its sender would, finds it, shows it, and the books balance', async () => {
    const id = await sent('alerts', 'a-1', 'delivered');
    const { items } = await json('deliveries', 'list', '--source', 'alerts', '--state', 'delivered');
    expect(items).toMatchObject([{ id, state: 'delivered' }]);
    expect((await run('deliveries', 'show', id)).stdout).toMatch(
      /^id +dlv_.*\nstate +delivered\n[^]*event a-1/,
    );
    const again = await json('send', 'alerts', bodyFile('a-1'), '--url', running.hooksUrl);
    expect(again).toMatchObject({ status: 202, answer: { status: 'duplicate', deliveries: [id] } });
    const { balanced } = await json('audit');
    expect(balanced).toBe(true);
  });

  it('refuses what is not there, and a wrong token, each with its own code', async () => {
    expect((await run('deliveries', 'show', 'dlv_nosuch')).code).toBe(5);
    expect((await run('deliveries', 'list', '--token', 'wrong')).code).toBe(4);
    expect((await run('deliveries', 'list', '--nosuch')).code).toBe(2);
    expect((await run('deliveries', 'list', '--url', 'http://127.0.0.1:1')).code).toBe(7);
    expect((await run('check', '--config', join(bridge.dir, 'nosuch.yaml'))).code).toBe(3);
  });

  it('groups dead letters, plans for exactly a group, runs it and tells how each went', async () => {
    const ids = [await sent('broken', 'b-1', 'dead'), await sent('broken', 'b-2', 'dead')];
    const { items } = await json('dead', 'groups');
    expect(items).toMatchObject([{ source: 'broken', count: 2 }]);
    const fingerprint = (items as { fingerprint: string }[])[0]?.fingerprint ?? '';
    const plan = await json('bulk', 'plan', 'discard', '--fingerprint', fingerprint);
    expect(plan).toMatchObject({ state: 'planned', count: 2 });
    // After the count: not in the plan, so it stays as it is
    const later = await sent('broken', 'b-3', 'dead');
    const refused = await run('bulk', 'run', String(plan['id']), '--reason', 'of no use');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    const ended = await json(
      'bulk',
      'run',
      String(plan['id']),
      '--reason',
      'of no use',
      '--yes',
      '--rate',
      '100',
    );
    expect(ended).toMatchObject({ state: 'done', succeeded: 2, failed: 0 });
    const states = async (id: string) => (await json('deliveries', 'show', id))['state'];
    expect(await Promise.all(ids.map(states))).toEqual(['discarded', 'discarded']);
    expect(await states(later)).toBe('dead');
  });

  it('exports, as lines and as a table', async () => {
    const { code, stdout } = await run('deliveries', 'export', '--source', 'broken');
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { source: string });
    expect(rows.map(({ source }) => source)).toEqual(['broken', 'broken', 'broken']);
    const file = join(bridge.dir, 'out.csv');
    expect((await run('deliveries', 'export', '--format', 'csv', '--output', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^id,event_id,/);
    expect((await run('deliveries', 'export', '--format', 'csv', '--output', file)).code).toBe(2);
    expect((await run('deliveries', 'export', '--state', 'nosuch', '--output', `${file}2`)).code).toBe(2);
    expect(existsSync(`${file}2`)).toBe(false);
  });

  it('tail shows what happens while it happens, and Ctrl-C ends it in order', async () => {
    const tail = start(['deliveries', 'tail', '--source', 'alerts']);
    try {
      await waitUntil('the tail to be there', async () => {
        await sent('alerts', `t-${Math.random()}`, 'delivered');
        return /delivered +dlv_/.test(tail.stdout());
      });
      tail.signal('SIGINT');
      expect(await tail.ended()).toBe(0);
      expect(tail.stdout()).not.toContain('broken');
    } finally {
      await tail.close();
    }
  });

  it('pauses a source: its events are kept, and delivered once it is resumed', async () => {
    await json('sources', 'pause', 'alerts', '--reason', 'an upgrade', '--yes');
    const { answer } = await json('send', 'alerts', bodyFile('p-1'), '--url', running.hooksUrl);
    expect(answer).toMatchObject({ status: 'queued' });
    const shown = await run('sources', 'list');
    expect(shown.stdout).toMatch(/alerts +generic +paused/);
    await json('sources', 'resume', 'alerts', '--reason', 'upgraded', '--yes');
    const [id = ''] = (answer as { deliveries: string[] }).deliveries;
    await waitUntil(
      'it to be delivered',
      async () => (await json('deliveries', 'show', id))['state'] === 'delivered',
    );
  });

  it('lists what was rejected with its cause, and releases it once the schema is mended', async () => {
    const refused = await run('send', 'strict', bodyFile('r-1'), '--url', running.hooksUrl);
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringMatching(/^422 /) });
    const items = await waitUntil('it to be on record', async () => {
      const found = (await json('rejected', 'list', '--cause', 'schema_mismatch'))['items'] as {
        id: string;
      }[];
      return found.length > 0 && found;
    });
    expect(items).toMatchObject([{ source: 'strict', status: 422, quarantined: true }]);
    const release = ['rejected', 'release', items[0]?.id ?? '', '--reason', 'mended', '--yes'];
    expect((await run(...release)).code).toBe(1);
    writeFileSync(join(bridge.dir, 'strict.json'), '{"type":"object"}');
    running.signal('SIGHUP');
    await waitUntil('the release', async () => (await run(...release)).code === 0);
    expect((await json('rejected', 'list', '--source', 'strict'))['items']).toEqual([]);
    expect((await json('deliveries', 'list', '--source', 'strict'))['items']).toHaveLength(1);
  });

  it('shows what a changed configuration would do to the stored events', async () => {
    const changed = join(bridge.dir, 'changed.yaml');
    const config = parse(readFileSync(bridge.configFile, 'utf8')) as {
      sources: Record<string, Record<string, unknown>>;
    };
    config.sources['broken'] = { ...config.sources['broken'], map: { title: 'title' } };
    writeFileSync(changed, stringify(config));
    const { events, changed: count, differences } = await json('diff', '--config', changed, '--last', '50');
    expect(events).toBeGreaterThan(3);
    expect(count).toBe(3);
    for (const { source, changes } of differences as { source: string; changes: unknown }[]) {
      expect(source).toBe('broken');
      expect(changes).toEqual([{ kind: 'mapping', detail: 'default: could not be mapped before' }]);
    }
    expect((await run('diff', '--config', bridge.configFile, '--against', changed)).code).toBe(1);
  });

  it('the doctor finds everything well, and says which part is not', async () => {
    const { ok, checks } = await json('doctor');
    expect(ok).toBe(true);
    expect(checks).toContainEqual({
      name: 'redis',
      state: 'ok',
      detail: 'Every acknowledged event is on disk: it survives a kill of Redis and a power failure.',
    });
    const config = parse(readFileSync(bridge.configFile, 'utf8')) as {
      targets: { soar: Record<string, unknown> };
    };
    config.targets.soar['password'] = 'not-the-password';
    const wrong = join(bridge.dir, 'wrong.yaml');
    writeFileSync(wrong, stringify(config));
    const refused = await run('doctor', '--config', wrong);
    expect(refused).toMatchObject({ code: 4, stdout: expect.stringMatching(/^fail +target soar/m) });
    expect((await run('check', '--config', wrong, '--live')).code).toBe(4);
  });
});
