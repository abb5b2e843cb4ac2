import { PASSWORD } from '../rig/world.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

const EVENTS = { method: 'POST', path: '/v2/*/*/events' };

/** Komand that answers, and not as it should. Events wait meanwhile. @type {readonly Fault[]} */
export const KOMAND_FAULTS = [
  ruled(
    'komand-500-storm',
    31,
    [{ match: { ...EVENTS, probability: 0.8 }, fault: { kind: 'status', status: 500 } }],
    5_000,
  ),
  ruled(
    'komand-502-503-storm',
    31,
    [
      { match: { ...EVENTS, every: 2 }, fault: { kind: 'status', status: 502 } },
      { match: EVENTS, fault: { kind: 'status', status: 503 } },
    ],
    5_000,
  ),
  ruled(
    'komand-504-after-accept',
    31,
    [{ match: { ...EVENTS, probability: 0.7 }, fault: { kind: 'status', status: 504, accept: true } }],
    3_000,
    { retry: 6 },
  ),
  ruled(
    'komand-429',
    32,
    [
      {
        match: { ...EVENTS, every: 3 },
        fault: { kind: 'status', status: 429, headers: { 'Retry-After': '2' } },
      },
      {
        match: { ...EVENTS, every: 2 },
        fault: { kind: 'status', status: 429, headers: { 'Retry-After': 'soon, perhaps' } },
      },
      {
        match: EVENTS,
        fault: { kind: 'status', status: 429, headers: { 'Retry-After': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
      },
    ],
    4_000,
  ),
  ruled(
    'komand-maintenance',
    32,
    [{ match: EVENTS, fault: { kind: 'status', status: 503, headers: { 'Retry-After': '3' } } }],
    4_000,
  ),
  {
    name: 'komand-revokes-tokens',
    c4: 33,
    mustAccept: true,
    run: async ({ simulator }, { hold }) => {
      for (let i = 0; i < 4; i += 1) {
        await simulator.control('POST', 'revoke');
        await hold(800);
      }
    },
  },
  {
    name: 'komand-password-changed',
    c4: 33,
    mustAccept: true,
    run: async ({ simulator }, { hold, must }) => {
      await simulator.control('POST', 'config', { password: 'changed' });
      await simulator.control('POST', 'revoke');
      const before = await refusedLogins(simulator);
      await hold(6_000);
      const tries = (await refusedLogins(simulator)) - before;
      // Two workers; an account must not be locked out by us
      if (tries > 12) must(`${tries} logins were refused in 6 s: that locks an account`);
      await simulator.control('POST', 'config', { password: PASSWORD });
    },
  },
  ruled(
    'komand-denies-one-workflow',
    33,
    [
      {
        match: { method: 'POST', path: '/v2/workflows/aaaaaaaa-1111-4222-8333-444444444444' },
        fault: { kind: 'access-denied' },
      },
    ],
    4_000,
  ),
  ruled(
    'komand-rejects',
    34,
    [
      { match: { ...EVENTS, every: 2 }, fault: { kind: 'status', status: 400 } },
      { match: EVENTS, fault: { kind: 'status', status: 422 } },
    ],
    2_000,
    undefined,
    { dead: true },
  ),
  ruled(
    'komand-404',
    34,
    [
      {
        match: { method: 'POST', path: '/v2/workflows/bbbbbbbb-1111-4222-8333-444444444444' },
        fault: { kind: 'status', status: 404 },
      },
    ],
    3_000,
  ),
  ruled(
    'komand-410-and-301',
    35,
    [
      { match: { ...EVENTS, every: 2 }, fault: { kind: 'status', status: 410 } },
      { match: EVENTS, fault: { kind: 'redirect' } },
    ],
    2_500,
  ),
  ruled(
    'komand-no-job-id',
    36,
    [
      { match: { ...EVENTS, every: 2 }, fault: { kind: 'no-job-id' } },
      { match: EVENTS, fault: { kind: 'odd-job-id', jobId: { not: 'an id' } } },
    ],
    3_000,
  ),
  ruled(
    'komand-nonsense',
    36,
    [
      { match: { ...EVENTS, every: 4 }, fault: { kind: 'empty-body' } },
      { match: { ...EVENTS, every: 3 }, fault: { kind: 'garbage' } },
      { match: { ...EVENTS, every: 2 }, fault: { kind: 'truncate' } },
      { match: EVENTS, fault: { kind: 'not-json' } },
    ],
    2_000,
    { retry: 4 },
  ),
  ruled('komand-login-page', 36, [{ match: EVENTS, fault: { kind: 'login-html' } }], 2_500),
  ruled(
    'komand-resets-after-accept',
    28,
    [{ match: { ...EVENTS, every: 2 }, fault: { kind: 'reset-after-accept' } }],
    3_000,
    { retry: 4 },
  ),
  ruled(
    'komand-resets-before-accept',
    28,
    [
      { match: { ...EVENTS, every: 2 }, fault: { kind: 'reset-before-accept' } },
      { match: { ...EVENTS, every: 3 }, fault: { kind: 'reset-before-read' } },
    ],
    3_000,
  ),
  ruled(
    'komand-job-list-away',
    28,
    [
      { match: { method: 'GET', path: '/v2/jobs' }, fault: { kind: 'status', status: 500 } },
      { match: { ...EVENTS, every: 3 }, fault: { kind: 'reset-after-accept' } },
    ],
    4_000,
    { retry: 4 },
  ),
];

/** @param {import('../rig/simulator.mjs').SimulatorRig} simulator */
async function refusedLogins(simulator) {
  return Number((await simulator.summary())['logins_refused']);
}

/**
 * What Komand itself answers.
 * @param {string} name @param {number} c4 @param {readonly object[]} rules @param {number} ms
 * @param {{ reconcile?: number, retry?: number }} [doubt] @param {Partial<Fault>} [more]
 * @returns {Fault}
 */
function ruled(name, c4, rules, ms, doubt, more = {}) {
  return {
    name,
    c4,
    mustAccept: true,
    ...(doubt && { doubt }),
    ...more,
    run: ({ simulator }, { hold }) => simulator.withFaults(rules, () => hold(ms)),
  };
}
