import type { Attack } from './attack.js';
import { bare, freshBody, JSON_TYPE, signed } from './requests.js';
import { sign } from '../support/hand-made-source.js';

const GOOD = '{"id":"framing"}';
const POST = ['POST /hooks/alarms HTTP/1.1', 'Host: b', JSON_TYPE, `X-Signature: ${sign(GOOD)}`];
const LENGTH = `Content-Length: ${GOOD.length}`;
const REFUSED = { statuses: [400], closed: true, code: 'bad_request' } as const;
const CLOSED = { untilClosed: true } as const;

const frame = (id: string, title: string, lines: readonly string[], body = GOOD): Attack => ({
  id,
  title,
  input: () => bare([...POST, ...lines], body),
  expect: REFUSED,
  options: CLOSED,
});

/** H: framing and slowness. */
export const HTTP_ATTACKS: readonly Attack[] = [
  frame('H-1', 'Content-Length and chunked', [LENGTH, 'Transfer-Encoding: chunked']),
  frame('H-1', 'chunked and Content-Length', ['Transfer-Encoding: chunked', LENGTH], '0\r\n\r\n'),
  frame('H-2', 'an unknown transfer coding', ['Transfer-Encoding: xchunked']),
  frame('H-2', 'chunked that is not last', ['Transfer-Encoding: chunked, identity']),
  frame('H-3', 'two lengths', [LENGTH, 'Content-Length: 3']),
  frame('H-3', 'one length twice', [LENGTH, LENGTH]),
  frame('H-4', 'a negative length', ['Content-Length: -1']),
  frame('H-4', 'a length with a plus', [`Content-Length: +${GOOD.length}`]),
  frame('H-5', 'a space before the colon', [`Content-Length : ${GOOD.length}`]),
  frame('H-6', 'a folded header', ['X-A: 1', ' 2', LENGTH]),
  {
    id: 'H-7',
    title: 'bare line feeds',
    input: () => `${[...POST, LENGTH].join('\n')}\n\n${GOOD}`,
    expect: REFUSED,
    options: CLOSED,
  },
  frame('H-8', 'a NUL in a header', ['X-A: a\0b', LENGTH]),
  {
    id: 'H-9',
    title: 'no Host',
    input: () => bare([POST[0] ?? '', JSON_TYPE, LENGTH], GOOD),
    expect: { statuses: [400], code: 'bad_request' },
  },
  {
    id: 'H-10',
    title: 'two Hosts',
    input: () => bare([...POST, 'Host: other', LENGTH], GOOD),
    expect: { statuses: [400], code: 'bad_request' },
  },
  { id: 'H-11', title: 'HTTP/0.9', input: () => 'GET /\r\n\r\n', expect: REFUSED, options: CLOSED },
  {
    id: 'H-11',
    title: 'an HTTP/2 preface',
    input: () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    expect: REFUSED,
    options: CLOSED,
  },
  {
    id: 'H-11',
    title: 'a TLS hello',
    input: () => Buffer.from('16030100c8010000c40303', 'hex'),
    expect: REFUSED,
    options: CLOSED,
  },
  {
    id: 'H-12',
    title: 'a header of 17 KiB',
    input: () => signed(GOOD, [`X-Big: ${'x'.repeat(17 * 1_024)}`]),
    expect: { statuses: [431], closed: true, code: 'headers_too_large' },
    options: CLOSED,
  },
  {
    id: 'H-12',
    title: 'an address of 20 KiB',
    input: () => signed(GOOD, [], `/hooks/alarms?${'x'.repeat(20 * 1_024)}`),
    expect: { statuses: [431], closed: true, code: 'headers_too_large' },
    options: CLOSED,
  },
  {
    id: 'H-13',
    title: '3,000 headers, the signature last',
    input: () =>
      bare([...POST.slice(0, 3), LENGTH, ...Array.from({ length: 3_000 }, () => 'a:'), POST[3] ?? ''], GOOD),
    expect: { statuses: [431], code: 'headers_too_large' },
  },
  ...['__proto__: x', 'constructor: x', 'hasOwnProperty: x', '__proto__: x\r\n__proto__: y'].map(
    (header): Attack => ({
      id: 'H-14',
      title: `a header ${JSON.stringify(header)}`,
      input: () => signed(freshBody(), [header]),
      expect: { statuses: [202] },
      stored: 1,
    }),
  ),
  {
    id: 'H-15',
    title: 'a method that is none',
    input: () => bare(['FOO /hooks/alarms HTTP/1.1', 'Host: b']),
    expect: REFUSED,
    options: CLOSED,
  },
  ...['GET', 'PUT', 'TRACE', 'DELETE', 'PROPFIND'].map((method): Attack => ({
    id: 'H-15',
    title: method,
    input: () => bare([`${method} /hooks/alarms HTTP/1.1`, 'Host: b']),
    expect: { statuses: [405], allow: 'POST', code: 'method_not_allowed' },
  })),
  {
    id: 'H-16',
    title: 'CONNECT',
    input: () => bare(['CONNECT 169.254.169.254:80 HTTP/1.1', 'Host: b']),
    expect: { statuses: [], closed: true },
    options: CLOSED,
  },
  ...['websocket', 'h2c'].map((protocol): Attack => ({
    id: 'H-16',
    title: `an upgrade to ${protocol}`,
    input: () => bare([...POST, LENGTH, `Upgrade: ${protocol}`, 'Connection: Upgrade'], GOOD),
    expect: { statuses: [], closed: true },
    options: CLOSED,
  })),
  {
    id: 'H-17',
    title: 'Expect: 100-continue',
    input: () => signed(freshBody(), ['Expect: 100-continue']),
    expect: { statuses: [202] },
    stored: 1,
  },
  {
    id: 'H-17',
    title: 'Expect: foo',
    input: () => signed(GOOD, ['Expect: foo']),
    expect: { statuses: [417], code: 'bad_request' },
  },
  {
    id: 'H-18',
    title: 'an absolute target',
    input: () => signed(GOOD, [], 'http://169.254.169.254/latest/meta-data'),
    expect: { statuses: [404], code: 'unknown_source' },
  },
  frame('H-19', 'a chunk of size ZZ', ['Transfer-Encoding: chunked'], 'ZZ\r\nx\r\n'),
  {
    id: 'H-19',
    title: 'a chunk extension of 20 KB',
    input: () => bare([...POST, 'Transfer-Encoding: chunked'], `3;${'x'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`),
    expect: { statuses: [413], closed: true, code: 'body_too_large' },
    options: CLOSED,
  },
  {
    id: 'H-21',
    title: 'a second request in the same packet, not signed',
    input: () => Buffer.concat([signed(freshBody()), bare([...POST.slice(0, 3), LENGTH], GOOD)]),
    expect: { statuses: [202, 401] },
    stored: 1,
    options: { answers: 2 },
  },
  {
    id: 'H-25',
    title: 'a length over the limit and one byte',
    input: () => (socket) => void socket.write(bare([...POST, 'Content-Length: 300000'], '{')),
    expect: { statuses: [413], closed: true, code: 'body_too_large' },
    options: CLOSED,
  },
  {
    id: 'H-26',
    title: 'a length of 1e18',
    input: () => (socket) => void socket.write(bare([...POST, 'Content-Length: 1000000000000000000'])),
    expect: { statuses: [413], closed: true, code: 'body_too_large' },
    options: CLOSED,
  },
];
