import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from './free-port.js';
import { spawnProgram, type Program } from './spawn-program.js';
import { waitUntil } from './wait-until.js';

export const OPS_TOKEN = 'an-operations-token-for-tests';
export const WORKFLOW = '11111111-2222-4333-8444-555555555555';

export interface BridgeOptions {
  readonly redisUrl: string;
  readonly targetUrl: string;
  /** Merged over the default sources: one generic source `alerts` with a token. */
  readonly sources?: Readonly<Record<string, unknown>>;
  readonly target?: Readonly<Record<string, unknown>>;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A bridge made of real processes, all on one configuration. */
export interface TestBridge {
  readonly dir: string;
  readonly configFile: string;
  /** Starts one process with these roles, on ports of its own, and waits until it is ready. */
  start(roles: string): Promise<BridgeProcess>;
  /** Ends whatever is still running, and removes the folder. */
  close(): Promise<void>;
}

export interface BridgeProcess extends Program {
  readonly hooksUrl: string;
  readonly opsUrl: string;
  /** GET of the operations API, with the token. */
  api(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<Response>;
  /** Starts the same replica once more, after its end: the same roles, ports and data. */
  again(): Promise<BridgeProcess>;
}

/** On a machine that other tests keep busy. */
const START_WITHIN_MS = 60_000;

/** Where one replica lives, over its restarts. */
interface Place {
  readonly http: number;
  readonly ops: number;
  readonly data: string;
}

/** The token that the default source `alerts` wants in `x-token`. */
export const ALERTS_TOKEN = 'a-token-for-the-alerts-source';

export function makeBridge(options: BridgeOptions): TestBridge {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-e2e-'));
  const configFile = join(dir, 'bridge.yaml');
  writeFileSync(
    configFile,
    stringify({
      redis: { url: options.redisUrl },
      ops: { tokens: [{ name: 'test', role: 'operator', token: OPS_TOKEN }] },
      targets: {
        soar: { url: options.targetUrl, username: 'bridge', password: 'komand', ...options.target },
      },
      sources: {
        alerts: {
          preset: 'generic',
          auth: { type: 'token', in: 'header', name: 'x-token', secrets: [ALERTS_TOKEN] },
          delivery_key: { body: ['id'] },
          map: 'raw',
          routes: [{ workflow: WORKFLOW }],
        },
        ...options.sources,
      },
      ...options.extra,
    }),
  );
  const running: Program[] = [];
  let count = 0;
  const launch = async (roles: string, place: Place): Promise<BridgeProcess> => {
    const { http, ops, data } = place;
    const program = spawnProgram(
      ['start', '--roles', roles, '--config', configFile, '--data', data],
      { BRIDGE_HTTP_HOST: '127.0.0.1', BRIDGE_HTTP_PORT: String(http), BRIDGE_OPS_PORT: String(ops) },
      dir,
    );
    running.push(program);
    const hooksUrl = `http://127.0.0.1:${http}`;
    const opsUrl = `http://127.0.0.1:${ops}`;
    const ready = roles.includes('ops') ? `${opsUrl}/readyz` : `${hooksUrl}/healthz`;
    if (roles.includes('ops') || roles.includes('ingress')) {
      await waitUntil(
        `${roles} to be ready`,
        async () => {
          if (program.child.exitCode !== null) throw new Error(`it ended: ${program.stderr()}`);
          return (await fetch(ready)).ok;
        },
        START_WITHIN_MS,
      );
    }
    const headers = { authorization: `Bearer ${OPS_TOKEN}`, 'content-type': 'application/json' };
    return {
      ...program,
      hooksUrl,
      opsUrl,
      api: async (path) => (await fetch(opsUrl + path, { headers })).json(),
      post: (path, body) => fetch(opsUrl + path, { method: 'POST', headers, body: JSON.stringify(body) }),
      again: () => launch(roles, place),
    };
  };
  return {
    dir,
    configFile,
    async start(roles) {
      count += 1;
      const [http, ops] = [await freePort(), await freePort()];
      return launch(roles, { http, ops, data: join(dir, `data-${count}`) });
    },
    async close() {
      await Promise.all(running.map((program) => program.close()));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
