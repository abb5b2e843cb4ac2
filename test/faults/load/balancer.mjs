import { get } from 'node:http';

/** Of two; more are asked more rarely, so that asking stays cheap. */
const EVERY_MS = 200;
const PATIENCE_MS = 800;

/**
 * What a load balancer in front of the ingresses does: asks each whether it is ready, and sends to those that are.
 * Keeps for how long they were not.
 * @param {readonly { readonly hooksPort: number, readonly opsPort: number }[]} nodes
 */
export function openBalancer(nodes) {
  const everyMs = EVERY_MS * Math.max(1, nodes.length / 2);
  const states = nodes.map(() => ({ ready: true, since: performance.now(), longest: 0 }));
  const all = { since: performance.now(), longest: 0 };
  let turn = 0;
  let closed = false;

  const look = async (/** @type {number} */ i) => {
    const ready = await isReady(nodes[i].opsPort);
    const state = states[i];
    const now = performance.now();
    if (ready) state.since = now;
    else state.longest = Math.max(state.longest, now - state.since);
    state.ready = ready;
    if (states.some((each) => each.ready)) all.since = now;
    else all.longest = Math.max(all.longest, now - all.since);
    if (!closed) setTimeout(() => void look(i), everyMs);
  };
  nodes.forEach((_, i) => void look(i));
  return {
    /** The number of the node that gets the next request; of those that are ready, if any is. */
    next() {
      turn += 1;
      const ready = states.flatMap((state, i) => (state.ready ? [i] : []));
      const among = ready.length > 0 ? ready : states.map((_, i) => i);
      return among[turn % among.length];
    },
    /** A probe is late by nature; a failed request tells sooner. @param {number} i */
    suspect: (i) => (states[i].ready = false),
    /** Seconds. */
    unready: () => ({
      one: Math.max(...states.map((state) => state.longest)) / 1_000,
      all: all.longest / 1_000,
    }),
    close: () => (closed = true),
  };
}

/** @param {number} port @returns {Promise<boolean>} */
function isReady(port) {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path: '/readyz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.setTimeout(PATIENCE_MS, () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
