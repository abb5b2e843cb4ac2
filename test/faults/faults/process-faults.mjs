import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { underStrace } from '../rig/machine.mjs';
import { waitFor } from '../rig/wait.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** Processes that are ended, stand still or run out of something. @type {readonly Fault[]} */
export const PROCESS_FAULTS = [
  {
    name: 'rolling-restart',
    c4: 9,
    mustAccept: true,
    run: async ({ nodes }, { must }) => {
      for (const node of nodes) {
        const since = Date.now();
        node.managed.signal('SIGTERM');
        const by = await node.managed.ended();
        if (by !== 0) must(`${node.name} ended with ${by} on SIGTERM`);
        if (Date.now() - since > 25_000) must(`${node.name} took ${Date.now() - since} ms to end`);
        await node.start();
        await waitFor(`${node.name} to be ready`, async () => (await node.text('/readyz')) !== '');
      }
    },
  },
  {
    name: 'worker-ended-while-komand-hangs',
    c4: 10,
    mustAccept: true,
    doubt: { retry: 1 },
    run: async ({ workers: [worker], simulator }, { hold, must }) => {
      const rules = [
        {
          match: { method: 'POST', path: '/v2/*/*/events', times: 10 },
          fault: { kind: 'silence-after-accept' },
        },
      ];
      await simulator.withFaults(rules, async () => {
        await hold(1_000);
        worker.managed.signal('SIGTERM');
        const by = await worker.managed.ended(26_000);
        if (by !== 0) must(`it ended with ${by}`);
      });
      await worker.start();
    },
  },
  stopped('ingress-stopped-3s', 41, 'ingress', 3_000),
  stopped('worker-stopped-5s', 41, 'worker', 5_000),
  // Longer than a lock: another worker takes over, and the first goes on where it stood
  stopped('worker-stopped-14s', 41, 'worker', 14_000, { reconcile: 1, retry: 1 }),
  {
    name: 'two-workers-one-lock',
    c4: 45,
    doubt: { reconcile: 1, retry: 2 },
    run: async ({ workers: [first, second] }, { hold }) => {
      // Each in turn loses its locks to the other
      for (const worker of [first, second]) {
        worker.managed.signal('SIGSTOP');
        await hold(9_500);
        worker.managed.signal('SIGCONT');
        await hold(500);
      }
    },
  },
  {
    name: 'ingress-out-of-descriptors',
    c4: 42,
    needs: ['strace'],
    run: async ({ ingresses: [ingress] }, { hold, must }) => {
      const rules = ['-e', 'trace=accept4', '-e', 'inject=accept4:error=EMFILE'];
      await underStrace(ingress.managed.pid(), rules, () => hold(3_000));
      await waitFor('it to be ready again', async () => (await ingress.text('/readyz')) !== '', 5_000).catch(
        () => must('it is not ready 5 s after'),
      );
    },
  },
  {
    name: 'worker-out-of-memory',
    c4: 43,
    needs: ['memory-cgroup'],
    doubt: { retry: 1 },
    run: async ({ workers }, { random, must }) => {
      const { managed } = random.pick(workers);
      const group = `/sys/fs/cgroup/memory/bridge-faults-${managed.pid()}`;
      mkdirSync(group);
      managed.expectEnd();
      writeFileSync(`${group}/cgroup.procs`, String(managed.pid()));
      // What it holds already is not counted here: only what it takes from now on
      writeFileSync(`${group}/memory.limit_in_bytes`, String(1024 * 1024));
      const by = await managed.ended(40_000).catch(() => 'nothing');
      if (by !== 'SIGKILL')
        must(
          `it was ended by ${by} (${readFileSync(`${group}/memory.usage_in_bytes`, 'utf8').trim()} bytes)`,
        );
      rmdirSync(group);
    },
  },
];

/** @param {string} name @param {number} c4 @param {'ingress' | 'worker'} kind @param {number} ms @param {Fault['doubt']} [doubt] @returns {Fault} */
function stopped(name, c4, kind, ms, doubt) {
  return {
    name,
    c4,
    ...(doubt && { doubt }),
    run: async (world, { hold, random }) => {
      const { managed } = random.pick(kind === 'ingress' ? world.ingresses : world.workers);
      managed.signal('SIGSTOP');
      await hold(ms);
      managed.signal('SIGCONT');
    },
  };
}
