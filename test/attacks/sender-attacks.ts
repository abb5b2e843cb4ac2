import { SECRET, sign } from '../support/hand-made-source.js';
import { requestText } from '../support/raw-http.js';
import type { Attack } from './attack.js';
import { freshBody, JSON_TYPE, signed } from './requests.js';

const GOOD = '{"id":"sender"}';
const DENIED = { statuses: [401], code: 'unauthorized' } as const;

const signedAs = (
  id: string,
  title: string,
  signatures: readonly string[],
  { body = GOOD, path = '/hooks/alarms' } = {},
): Attack => ({
  id,
  title,
  input: () =>
    requestText(path, body, [JSON_TYPE, ...signatures.map((signature) => `X-Signature: ${signature}`)]),
  expect: DENIED,
  hidden: SECRET,
});

/** S: who sent it, as far as no preset's scheme is needed. */
export const SENDER_ATTACKS: readonly Attack[] = [
  signedAs('S-1', 'no signature', []),
  signedAs('S-1', 'an empty signature', ['']),
  signedAs('S-2', 'a wrong key', [sign(GOOD, 'wrong')]),
  signedAs('S-3', 'a truncated signature', [sign(GOOD).slice(0, 63)]),
  signedAs('S-4', 'a longer signature', [`${sign(GOOD)}00`]),
  signedAs('S-4', 'a signature that is not hex', ['z'.repeat(64)]),
  signedAs('S-4', 'a signature of 10 KB', ['a'.repeat(10_000)]),
  signedAs('S-5', 'the signature of the same JSON, written otherwise', [sign('{"id": "sender"}')]),
  signedAs('S-6', 'one byte changed', [sign(GOOD)], { body: '{"id":"sendes"}' }),
  {
    id: 'S-8',
    title: 'a replay of a good request',
    input: () => {
      const request = signed(freshBody());
      return Buffer.concat([request, request, request]);
    },
    expect: { statuses: [202, 202, 202] },
    stored: 1,
    options: { answers: 3 },
  },
  signedAs('S-11', 'the good signature twice', [sign(GOOD), sign(GOOD)]),
  signedAs('S-11', 'a wrong signature before the good one', [sign('x'), sign(GOOD)]),
  signedAs('S-11', 'a wrong signature behind the good one', [sign(GOOD), sign('x')]),
  signedAs('S-12', 'the signature in capitals, a wrong key', [sign(GOOD, 'wrong').toUpperCase()]),
  {
    id: 'S-14',
    title: 'the secret in the query',
    input: () => requestText(`/hooks/alarms?key=${encodeURIComponent(SECRET)}`, GOOD, [JSON_TYPE]),
    expect: DENIED,
    hidden: encodeURIComponent(SECRET),
  },
  {
    id: 'S-17',
    title: 'an unknown source',
    input: () => signed(GOOD, [], '/hooks/nobody'),
    expect: { statuses: [404], code: 'unknown_source' },
  },
  signedAs('S-18', "another source's good signature", [sign(GOOD)], { path: '/hooks/other' }),
  ...['10.0.0.1', '10.0.0.1, 127.0.0.1', '::ffff:10.0.0.1'].map((address): Attack => ({
    id: 'S-19',
    title: `X-Forwarded-For: ${address}`,
    input: () => signed(GOOD, [`X-Forwarded-For: ${address}`, `X-Real-IP: ${address}`], '/hooks/inside'),
    expect: { statuses: [403], code: 'address_not_allowed' },
  })),
];
