import { connect } from 'node:net';
import { waitFor } from '../rig/wait.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** Processes that are killed, at a point of their work or at any time. @type {readonly Fault[]} */
export const KILL_FAULTS = [
  {
    name: 'ingress-kill-before-body',
    c4: 1,
    run: async ({ ingresses: [ingress] }, { hold }) => {
      // A head without its body, then death: nothing of it may be found
      const socket = connect(ingress.hooksPort, '127.0.0.1').on('error', () => undefined);
      socket.write(
        'POST /hooks/token-retry HTTP/1.1\r\nHost: bridge\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{"id":"never',
      );
      await hold(200);
      ingress.kill();
      await hold(500);
      await ingress.start();
    },
  },
  killAtChunk('ingress-kill-before-store', 2, 'ingress', ({ redis }, hit) =>
    redis.watch((way, chunk) => way === 'up' && chunk.includes('evt_') && hit()),
  ),
  killAtChunk('ingress-kill-before-answer', 3, 'ingress', ({ redis }, hit) => {
    let written = false;
    redis.watch((way, chunk) => {
      if (way === 'up') written ||= chunk.includes('evt_');
      return way === 'down' && written && hit();
    });
  }),
  {
    name: 'ingress-kill-loop',
    c4: 4,
    run: async ({ ingresses }, { hold, random }) => {
      for (let i = 0; i < 4; i += 1) {
        const ingress = random.pick(ingresses);
        ingress.kill();
        await hold(random.within(100, 1_500));
        await ingress.start();
      }
    },
  },
  killAtChunk('worker-kill-before-call', 5, 'worker', ({ komand }, hit) =>
    komand.watch((way, chunk) => way === 'up' && chunk.includes('/events') && hit()),
  ),
  killAtChunk('worker-kill-before-answer', 6, 'worker', ({ komand }, hit) =>
    komand.watch((way, chunk) => way === 'down' && chunk.includes('published') && hit()),
  ),
  killAtChunk('worker-kill-before-record', 7, 'worker', ({ komand, redis }, hit) => {
    let answered = false;
    komand.watch((way, chunk) => {
      if (way === 'down') answered ||= chunk.includes('published');
      return false;
    });
    redis.watch((way) => way === 'up' && answered && hit());
  }),
  {
    name: 'worker-killed-by-the-same-event',
    c4: 8,
    doubt: { retry: 2 },
    run: async (world, { must }) => {
      const { workers, client } = world;
      let deaths = 0;
      const sent = client.send({ tag: 'deadly', extra: { type: 'deadly.event' } });
      for (const worker of workers) {
        worker.komand.watch((way, chunk) => {
          if (way !== 'up' || deaths >= 2 || !chunk.includes(`"${sent.key}"`)) return false;
          deaths += 1;
          worker.kill();
          return true;
        });
      }
      const supervise = setInterval(
        () => workers.forEach(({ managed }) => managed.alive() || managed.start()),
        200,
      );
      await waitFor('two deaths', () => deaths >= 2, 100_000).catch(() =>
        must(`it killed only ${deaths} workers in 100 s`),
      );
      clearInterval(supervise);
    },
  },
  {
    name: 'worker-kill-loop',
    c4: 5,
    doubt: { retry: 4 },
    run: async ({ workers }, { hold, random }) => {
      for (let i = 0; i < 3; i += 1) {
        const worker = random.pick(workers);
        worker.kill();
        await hold(random.within(100, 1_000));
        await worker.start();
        await hold(800);
      }
    },
  },
  {
    name: 'everything-killed-at-once',
    c4: 4,
    doubt: { retry: 1 },
    run: async ({ nodes, redis }, { hold }) => {
      for (const node of nodes) node.kill();
      redis.signal('SIGKILL');
      await Promise.all([redis.ended(), ...nodes.map(({ managed }) => managed.ended())]);
      await hold(500);
      // The bridge comes first: it starts without Redis
      await Promise.all(nodes.map((node) => node.start()));
      await hold(1_000);
      await redis.start();
    },
  },
];

/**
 * Kills whichever process the n-th chunk of a kind passes, and starts it again.
 * @param {string} name @param {number} c4 @param {'ingress' | 'worker'} kind
 * @param {(node: import('../rig/bridge-node.mjs').Node, hit: () => boolean) => void} watch
 * @returns {Fault}
 */
function killAtChunk(name, c4, kind, watch) {
  return {
    name,
    c4,
    doubt: { retry: 1 },
    run: async (world, { hold, random, must }) => {
      const nodes = kind === 'ingress' ? world.ingresses : world.workers;
      let left = random.within(1, 12);
      /** @type {import('../rig/bridge-node.mjs').Node | undefined} */
      let dead;
      for (const node of nodes) {
        watch(node, () => {
          if (dead !== undefined || --left > 0) return false;
          dead = node;
          node.kill();
          return true;
        });
      }
      await waitFor('the moment to come', () => dead !== undefined, 15_000).catch(() =>
        must('the moment did not come'),
      );
      await hold(500);
      await dead?.start();
    },
  };
}
