import { underNft } from '../rig/machine.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** Calls that may end without an answer while these last: what was under way, and what finds out whether it is over. */
const UNANSWERED = { retry: 2 };

/** Komand that cannot be reached, or not well. Events wait meanwhile. @type {readonly Fault[]} */
export const KOMAND_NETWORK_FAULTS = [
  proxied('komand-refused', 26, { refuse: true }, 5_000, { retry: 1 }),
  {
    name: 'komand-killed',
    c4: 26,
    mustAccept: true,
    doubt: { retry: 1 },
    run: async ({ simulator }, { hold }) => {
      simulator.managed.signal('SIGKILL');
      await hold(5_000);
      await simulator.start();
    },
  },
  {
    name: 'komand-black-hole',
    c4: 27,
    needs: ['nft'],
    mustAccept: true,
    doubt: UNANSWERED,
    run: ({ workers }, { hold }) => {
      const ports = workers.map(({ komand }) => komand.port).join(', ');
      return underNft(`tcp dport { ${ports} } drop`, () => hold(7_000));
    },
  },
  proxied('komand-silent', 27, { silent: true }, 6_000, { retry: 1 }),
  proxied('komand-answers-lost', 28, { loseReplies: true }, 5_000, UNANSWERED),
  proxied('komand-resets-answers', 28, { resetReplies: true }, 3_000, { retry: 8 }),
  {
    name: 'komand-half-open',
    c4: 29,
    mustAccept: true,
    doubt: UNANSWERED,
    run: async ({ workers }, { hold }) => {
      // The peer is gone and nobody says so: kept-alive connections lead nowhere
      for (const { komand } of workers) await komand.set({ silent: true });
      await hold(3_000);
      for (const { komand } of workers) komand.cut();
    },
  },
  proxied('komand-latency', 30, { latencyMs: 1_200, jitterMs: 800 }, 6_000, UNANSWERED),
  proxied('komand-drip', 30, { bytesPerSecond: 40 }, 5_000, UNANSWERED),
  proxied('komand-resets-new-connections', 37, { resetNew: true }, 4_000, { retry: 1 }),
];

/**
 * What the network between the workers and Komand does.
 * @param {string} name @param {number} c4 @param {import('../rig/tcp-proxy.mjs').Trouble} trouble @param {number} ms
 * @param {{ reconcile?: number, retry?: number }} [doubt]
 * @returns {Fault}
 */
function proxied(name, c4, trouble, ms, doubt) {
  return {
    name,
    c4,
    mustAccept: true,
    ...(doubt && { doubt }),
    run: async ({ workers }, { hold }) => {
      for (const { komand } of workers) await komand.set(trouble);
      await hold(ms);
      // What was kept back is never sent on: those connections are of no use to anybody
      for (const { komand } of workers) {
        await komand.set({});
        komand.cut();
      }
    },
  };
}
