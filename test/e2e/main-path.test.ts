import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { spawnProgram, type Program } from '../support/spawn-program.js';
import { waitUntil } from '../support/wait-until.js';

const DEMO = resolve('deploy/bridge.yaml');
const PAYLOADS = resolve('../shared/payloads');

interface Shown {
  readonly id: string;
  readonly source: string;
  readonly route: string;
  readonly state: string;
  readonly job_id: string | null;
  readonly job_url: string | null;
  readonly outcome: string | null;
}

/** `start --setup` as a newcomer has it: an empty folder, nothing configured. */
describe('from an empty folder', () => {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-first-'));
  const ports: number[] = [];
  let program: Program;
  let hooks: string;
  let ops: string;
  let simulator: string;

  const start = async (): Promise<void> => {
    const [http = 0, opsPort = 0, sim = 0] = ports;
    program = spawnProgram(
      ['start', '--setup', '--config', DEMO],
      {
        BRIDGE_HTTP_PORT: String(http),
        BRIDGE_OPS_PORT: String(opsPort),
        BRIDGE_SIMULATOR_PORT: String(sim),
      },
      dir,
    );
    hooks = `http://127.0.0.1:${http}`;
    ops = `http://127.0.0.1:${opsPort}`;
    simulator = `http://127.0.0.1:${sim}`;
    await waitUntil(
      'the bridge to be ready',
      async () => {
        if (program.child.exitCode !== null) throw new Error(`it ended: ${program.stderr()}`);
        return (await fetch(`${ops}/readyz`)).ok;
      },
      40_000,
    );
  };
  const api = async (path: string): Promise<unknown> => {
    const token = readFileSync(join(dir, 'data', 'ops-token'), 'utf8').trim();
    return (await fetch(ops + path, { headers: { authorization: `Bearer ${token}` } })).json();
  };
  const show = async (id: string): Promise<Shown> => (await api(`/api/v1/deliveries/${id}`)) as Shown;
  const delivered = (id: string): Promise<Shown> =>
    waitUntil(`${id} to be delivered`, async () => {
      const shown = await show(id);
      return shown.state === 'delivered' ? shown : undefined;
    });
  const secret = (source: string): string =>
    readFileSync(join(dir, 'data', 'demo', `${source}-token`), 'utf8').trim();
  const simulatorKnows = async (jobId: string): Promise<boolean> => {
    const ledger = await (await fetch(`${simulator}/__sim/ledger?limit=1000`)).text();
    return ledger.includes(jobId);
  };

  beforeAll(async () => {
    ports.push(await freePort(), await freePort(), await freePort());
    await start();
  });
  afterAll(async () => {
    program.signal('SIGTERM');
    await program.ended();
    await program.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('prints a curl that works as it is, and the delivery ends with the job id that Komand issued', async () => {
    const curl = /^curl .*$/m.exec(program.stderr())?.[0] ?? '';
    const [, url = '', body = ''] = /^curl -sS '([^']+)' -H '[^']+' -d '([^']+)'$/.exec(curl) ?? [];
    const sentAt = performance.now();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(202);
    const answer = (await response.json()) as { status: string; deliveries: string[] };
    expect(answer.status).toBe('queued');
    const shown = await delivered(answer.deliveries[0] ?? '');
    expect(performance.now() - sentAt).toBeLessThan(2_000);
    expect(shown.route).toBe('high');
    expect(await simulatorKnows(shown.job_id ?? 'none')).toBe(true);
    expect(shown.job_url).toBe(`${simulator}/jobs/details/${shown.job_id}`);
    const followed = await waitUntil('the outcome of the job', async () => {
      const { outcome } = await show(shown.id);
      return outcome === 'pending' ? undefined : outcome;
    });
    expect(['succeeded', 'failed', 'dismissed', 'cancelled', 'retried']).toContain(followed);
    const again = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await again.json()).toMatchObject({ status: 'duplicate', deliveries: answer.deliveries });
  });

  it('keeps everything over a stop and a start', async () => {
    const before = (await api('/api/v1/deliveries')) as { items: Shown[] };
    expect(before.items.length).toBeGreaterThan(0);
    program.signal('SIGTERM');
    expect(await program.ended()).toBe(0);
    await start();
    const after = (await api('/api/v1/deliveries')) as { items: Shown[] };
    expect(after.items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id));
  });

  it('ends with one sentence and 7 when its port is taken', async () => {
    const second = spawnProgram(
      ['start', '--setup', '--config', DEMO, '--data', join(dir, 'other')],
      { BRIDGE_HTTP_PORT: String(ports[0]), BRIDGE_OPS_PORT: String(await freePort()) },
      dir,
    );
    expect(await second.ended(90_000)).toBe(7);
    expect(second.stderr().trim().split('\n').at(-1)).toMatch(/^Port \d+ is in use\. /);
    await second.close();
  });

  it('ends with every fault and 3 for a broken configuration', async () => {
    const broken = spawnProgram(['start', '--setup', '--config', DEMO, '--data', join(dir, 'other')], {
      BRIDGE_HTTP_PORTT: '1',
      BRIDGE_OPS_PORT: 'many',
    });
    expect(await broken.ended()).toBe(3);
    expect(broken.stderr()).toContain('BRIDGE_HTTP_PORTT');
    expect(broken.stderr()).toContain('BRIDGE_OPS_PORT');
    await broken.close();
  });

  describe.skipIf(!existsSync(PAYLOADS))('with bodies that real senders sent', () => {
    const send = async (source: 'splunk' | 'jira' | 'alertmanager'): Promise<readonly string[]> => {
      const file = readdirSync(join(PAYLOADS, source)).sort()[0] ?? '';
      const parsed = JSON.parse(readFileSync(join(PAYLOADS, source, file), 'utf8')) as { body: unknown };
      const body = Buffer.from(JSON.stringify(parsed.body));
      const { url, headers } = signed(source, body);
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      const text = await response.text();
      expect(`${response.status} ${text}`).toMatch(/^20[02] /);
      return [...text.matchAll(/dlv_[0-9A-Z]+_[a-z0-9-]+/g)].map(([id]) => id);
    };
    const signed = (
      source: string,
      body: Buffer,
    ): { url: string; headers: Readonly<Record<string, string>> } => {
      const url = `${hooks}/hooks/${source}`;
      if (source === 'splunk') return { url: `${url}?key=${secret(source)}`, headers: {} };
      if (source === 'alertmanager') return { url, headers: { authorization: `Bearer ${secret(source)}` } };
      return { url, headers: { 'x-hub-signature': `sha256=${hmac(secret(source), body)}` } };
    };

    it.each(['splunk', 'jira'] as const)('%s goes to a workflow and gets its job id', async (source) => {
      const [id = ''] = await send(source);
      const shown = await delivered(id);
      expect(shown.source).toBe(source);
      expect(await simulatorKnows(shown.job_id ?? 'none')).toBe(true);
    });

    it('alertmanager goes to a trigger, which tells no job id', async () => {
      const ids = await send('alertmanager');
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) expect((await delivered(id)).job_id).toBeNull();
    });
  });
});

function hmac(key: string, body: Buffer): string {
  return createHmac('sha256', key).update(body).digest('hex');
}
