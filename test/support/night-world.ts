import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { parse, stringify } from 'yaml';
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.js';
import { makeBridge, OPS_TOKEN, type BridgeProcess, type TestBridge } from './start-bridge.js';
import { startRedis } from './start-redis.js';
import { waitUntil } from './wait-until.js';

export const NIGHT_SECRET = 'the-secret-of-every-sender-tonight';
export const REFUSAL = 'the workflow has no input variable "asset"';
const EDR_WORKFLOW = '22222222-3333-4444-8555-666666666666';
const TICKETS_WORKFLOW = '33333333-4444-4555-8666-777777777777';

export interface NightWorld {
  readonly bridge: TestBridge;
  readonly running: BridgeProcess;
  readonly simulator: Simulator;
  /** Posts an event as its sender would. */
  send(source: string, body: Readonly<Record<string, unknown>>, secret?: string): Promise<Response>;
  /** The same, for one that is accepted; answers its delivery's id. */
  deliver(source: string, body: Readonly<Record<string, unknown>>): Promise<string>;
  stateOf(id: string): Promise<string>;
  until(id: string, state: string): Promise<void>;
  /** Writes another configuration file. */
  writeConfig(file: string, change: (sources: Sources) => void): void;
  /** Changes the file that is in force, and waits until the change is. */
  reconfigure(change: (sources: Sources) => void): Promise<void>;
  close(): Promise<void>;
}

export type Sources = Record<string, { schema?: string; map?: unknown; routes: { map?: unknown }[] }>;

/** The mapping that a person wrote in the afternoon: severities are words, and `$number` of a word fails. */
export const BROKEN_MAP = { title: 'title', host: 'result.host', priority: '$number(result.severity)' };
export const MENDED_MAP = {
  title: 'title',
  host: 'result.host',
  priority: 'result.severity = "high" ? 4 : 1',
};

/**
 * A bridge in real processes with what a bad night brings: a source whose mapping fails, a workflow that the simulator
 * refuses by its fault rules, a schema that is too strict, and a source with which all is well.
 */
export async function openNightWorld(): Promise<NightWorld> {
  const redis = await startRedis();
  const simulator = await startSimulator({
    seed: 11,
    settings: { jobDelayMs: [0, 50], jobDurationMs: [10, 50], outcomes: { succeeded: 1 } },
    faults: [
      {
        match: { method: 'POST', workflow: TICKETS_WORKFLOW },
        fault: { kind: 'status', status: 422, body: { message: REFUSAL } },
      },
    ],
  });
  const auth = { type: 'token', in: 'header', name: 'x-token', secrets: [NIGHT_SECRET] };
  const common = { preset: 'generic', auth, delivery_key: { body: ['id'] } };
  const bridge = makeBridge({
    redisUrl: redis.url,
    targetUrl: simulator.url,
    sources: {
      alerts: { ...common, map: 'raw', routes: [{ workflow: '11111111-2222-4333-8444-555555555555' }] },
      edr: { ...common, routes: [{ name: 'hosts', workflow: EDR_WORKFLOW, map: BROKEN_MAP }] },
      tickets: { ...common, map: 'raw', routes: [{ name: 'main', workflow: TICKETS_WORKFLOW }] },
      badges: {
        ...common,
        schema: 'badge.json',
        map: 'raw',
        routes: [{ name: 'doors', trigger: '44444444-5555-4666-8777-888888888888' }],
      },
    },
  });
  const schema = { type: 'object', required: ['id', 'door'], properties: { door: { type: 'string' } } };
  writeFileSync(join(bridge.dir, 'badge.json'), JSON.stringify(schema));
  const running = await bridge.start('ingress,worker,ops');

  const send: NightWorld['send'] = (source, body, secret = NIGHT_SECRET) =>
    fetch(`${running.hooksUrl}/hooks/${source}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-token': secret },
      body: JSON.stringify(body),
    });
  const stateOf = async (id: string): Promise<string> =>
    ((await running.api(`/api/v1/deliveries/${id}`)) as { state: string }).state;
  const writeConfig: NightWorld['writeConfig'] = (file, change) => {
    const config = parse(readFileSync(bridge.configFile, 'utf8')) as { sources: Sources };
    change(config.sources);
    writeFileSync(file, stringify(config));
  };
  const hash = async (): Promise<string> =>
    ((await running.api('/api/v1/system')) as { config_hash: string }).config_hash;

  return {
    bridge,
    running,
    simulator,
    send,
    stateOf,
    writeConfig,
    async deliver(source, body) {
      const answer = (await (await send(source, body)).json()) as { deliveries?: readonly string[] };
      const [id] = answer.deliveries ?? [];
      if (id === undefined) throw new Error(`not accepted: ${JSON.stringify(answer)}`);
      return id;
    },
    async until(id, state) {
      await waitUntil(`${id} to be ${state}`, async () => (await stateOf(id)) === state);
    },
    async reconfigure(change) {
      const before = await hash();
      writeConfig(bridge.configFile, change);
      running.signal('SIGHUP');
      await waitUntil('the new configuration', async () => (await hash()) !== before);
    },
    async close() {
      await bridge.close();
      await simulator.close();
      await redis.close();
    },
  };
}

/** Through the sign-in, as a person. */
export async function signIn(page: Page, token = OPS_TOKEN): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Operations token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Screens' }).waitFor();
}
