/** @typedef {import('./run-faults.mjs').Fault} Fault */

const OUTAGE_MS = 600_000;

/** Ten minutes without Redis: every webhook is answered 2xx, and delivered after. @type {Fault} */
export const REDIS_DOWN = {
  name: 'redis-down-10m',
  c4: 11,
  mustAccept: true,
  run: async ({ redis }, { exactly }) => {
    redis.signal('SIGKILL');
    await exactly(OUTAGE_MS);
    await redis.start();
  },
};

/** Ten minutes without Komand: nothing becomes a dead letter, and everything is delivered after. @type {Fault} */
export const KOMAND_DOWN = {
  name: 'komand-down-10m',
  c4: 26,
  mustAccept: true,
  // What was under way when it died
  doubt: { retry: 1 },
  run: async ({ simulator }, { exactly }) => {
    simulator.managed.signal('SIGKILL');
    await exactly(OUTAGE_MS);
    await simulator.start();
  },
};
