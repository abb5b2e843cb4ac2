import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handMadeSource, hmacAuthenticator } from '../support/hand-made-source.js';
import { startTestListener, type TestListener } from '../support/public-listener.js';
import { waitUntil } from '../support/wait-until.js';
import type { Attack } from './attack.js';
import { BODY_ATTACKS } from './body-attacks.js';
import { HTTP_ATTACKS } from './http-attacks.js';
import { PATH_ATTACKS } from './path-attacks.js';
import { freshBody } from './requests.js';
import { SENDER_ATTACKS } from './sender-attacks.js';

let on: TestListener;
let fresh = 0;

beforeAll(async () => {
  on = await startTestListener([
    handMadeSource(),
    handMadeSource({ name: 'other', authenticate: hmacAuthenticator(['another secret']) }),
    handMadeSource({ name: 'inside', addressAllowed: (address) => address === '10.0.0.1' }),
  ]);
});
afterAll(() => on.listener.close());
beforeEach(() => {
  on.seen.length = 0;
  fresh = on.store.arrivals.length;
});

describe.each([
  ['framing', HTTP_ATTACKS],
  ['bodies', BODY_ATTACKS],
  ['senders', SENDER_ATTACKS],
  ['paths', PATH_ATTACKS],
] as const)('%s', (_title, attacks) => {
  it.each(attacks.map((attack) => [attack.id, attack.title, attack] as const))(
    '%s: %s',
    async (_id, _name, attack) => {
      const result = await on.raw(attack.input(), attack.options);
      const { statuses, closed, allow, code } = attack.expect;
      expect(result.answers.map(({ status }) => status)).toEqual(statuses);
      expect(closed === undefined || result.closed).toBe(true);
      const [first] = result.answers;
      expect(allow ?? first?.headers['allow']).toBe(first?.headers['allow']);
      expect(first?.body ?? '').toContain(code === undefined ? '' : `"code":"${code}"`);
      await holds(attack, result.text);
    },
  );
});

/** What must be so after every attack. */
async function holds(attack: Attack, answered: string): Promise<void> {
  const told = attack.expect.statuses.length;
  await waitUntil('nothing to be in flight', () => on.listener.inFlight() === 0);
  await waitUntil('everything to be told', () => on.requests().length >= told);
  expect(on.requests().map(({ status }) => status)).toHaveLength(told);
  expect(on.requests().filter(({ status }) => status >= 500)).toEqual([]);
  expect(on.seen.filter((each) => each.kind === 'notice')).toEqual([]);
  const stored = on.store.arrivals.slice(fresh);
  expect(stored).toHaveLength(attack.stored ?? 0);
  expect(attack.bodies ?? stored.map(({ event }) => event.body)).toEqual(
    stored.map(({ event }) => event.body),
  );
  if (attack.hidden !== undefined)
    expect((answered + JSON.stringify(on.seen)).includes(attack.hidden)).toBe(false);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  const next = await on.post(freshBody());
  expect(next.answers.map(({ status }) => status)).toEqual([202]);
}
