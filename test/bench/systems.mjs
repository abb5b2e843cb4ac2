// The three systems under comparison, each as it would be deployed: an ingress process and a worker process.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../faults/rig/free-port.mjs';
import { end, startNode } from './process.mjs';

const here = (file) => new URL(file, import.meta.url).pathname;
const MAIN = here('../../dist/main.js');
export const SECRET = 'bench-secret-of-the-signed-source';
const WORKFLOW = '0b5c1a52-6f0e-4c1d-9a57-0d2b7e4f8a11';

/** Express alone: the yardstick of the ingest. */
export async function bareExpress() {
  const ingress = await startNode(here('bare-express.mjs'));
  const { port } = JSON.parse(await ingress.next());
  return {
    name: 'bare Express',
    url: `http://127.0.0.1:${port}/hooks/bench`,
    ingress,
    close: () => ingress.close(),
  };
}

/** An afternoon's relay. */
export async function relay(redis, target, roles = ['ingress', 'worker']) {
  const start = async (role) => {
    const started = await startNode(here('relay.mjs'), [role, String(redis.port), target.url]);
    return { ...started, ready: JSON.parse(await started.next()) };
  };
  const ingress = roles.includes('ingress') ? await start('ingress') : undefined;
  let worker = roles.includes('worker') ? await start('worker') : undefined;
  return {
    name: "afternoon's relay",
    url: `http://127.0.0.1:${ingress?.ready.port}/hooks/bench`,
    ingress,
    get worker() {
      return worker;
    },
    startWorker: async () => (worker = await start('worker')),
    stopWorker: async () => (await worker?.close(), (worker = undefined)),
    close: async () => {
      await ingress?.close();
      await worker?.close();
    },
  };
}

/** The bridge: signature, schema, duplicates, durable acknowledgement, followed jobs; every check on. */
export async function bridge(redis, target, roles = ['ingress', 'worker'], nodeArgs = []) {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
  const schema = join(dir, 'event.schema.json');
  writeFileSync(
    schema,
    JSON.stringify({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['id', 'title'],
      properties: { id: { type: 'string' }, title: { type: 'string' } },
    }),
  );
  const config = join(dir, 'bridge.yaml');
  writeFileSync(config, JSON.stringify(configuration(redis, target, schema)));
  const start = async (role) => {
    const [http, ops] = [await freePort(), await freePort()];
    const child = spawn(
      process.execPath,
      [...nodeArgs, MAIN, 'start', '--config', config, '--roles', `${role},ops`, '--data', join(dir, role)],
      {
        stdio: ['ignore', 'ignore', 'ignore'],
        cwd: dir,
        env: {
          ...process.env,
          BRIDGE_HTTP_HOST: '127.0.0.1',
          BRIDGE_HTTP_PORT: String(http),
          BRIDGE_OPS_PORT: String(ops),
        },
      },
    );
    const opsUrl = `http://127.0.0.1:${ops}`;
    await untilOk(`${opsUrl}/readyz`);
    return { child, url: `http://127.0.0.1:${http}/hooks/bench`, opsUrl, close: () => end(child) };
  };
  const ingress = roles.includes('ingress') ? await start('ingress') : undefined;
  let worker = roles.includes('worker') ? await start('worker') : undefined;
  return {
    name: 'Komand Bridge',
    url: ingress?.url,
    ingress,
    dir,
    get worker() {
      return worker;
    },
    startWorker: async () => (worker = await start('worker')),
    stopWorker: async () => (await worker?.close(), (worker = undefined)),
    close: async () => {
      await ingress?.close();
      await worker?.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function configuration(redis, target, schema) {
  return {
    redis: { url: redis.url },
    ops: { tokens: [{ name: 'bench', role: 'operator', token: 'bench-operations-token' }] },
    targets: { soar: { url: target.url, username: 'bench', password: 'bench', concurrency: 50 } },
    sources: {
      bench: {
        preset: 'generic',
        auth: {
          type: 'hmac',
          header: 'x-signature',
          format: 'prefix',
          prefix: 'sha256=',
          secrets: [SECRET],
        },
        schema,
        delivery_key: { body: ['id'] },
        routes: [
          {
            workflow: WORKFLOW,
            map: {
              title: 'title',
              severity: 'severity',
              host: 'host',
              id: 'id',
              sent_at: 'sent_at',
              description: 'description',
              evidence: 'evidence',
            },
          },
        ],
      },
    },
  };
}

async function untilOk(url) {
  for (let i = 0; i < 600; i += 1) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} did not become ready`);
}
