import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { clientCertificate, readHead } from '../../../src/http/request-head.js';

/** HTTP/1.0 unless told, which needs no Host. */
function incoming(
  rawHeaders: readonly string[],
  version: readonly [number, number] = [1, 0],
): IncomingMessage {
  const [httpVersionMajor, httpVersionMinor] = version;
  return Object.assign(new IncomingMessage(new Socket()), {
    rawHeaders: [...rawHeaders],
    httpVersionMajor,
    httpVersionMinor,
  });
}

describe('the head of a request', () => {
  it('has lower-case names and the values as they came', () => {
    expect(readHead(incoming(['Host', 'a', 'X-Kind', 'Ab '])).headers).toEqual({
      host: 'a',
      'x-kind': 'Ab ',
    });
  });

  it('shows every header that came twice, those that Node drops in silence too', () => {
    const { headers, repeatedHeaders } = readHead(
      incoming([
        'Authorization',
        'a',
        'AUTHORIZATION',
        'b',
        'x-signature',
        '1',
        'X-Signature',
        '2',
        'x-signature',
        '3',
        'accept',
        'c',
      ]),
    );
    expect(headers).toMatchObject({ authorization: 'a, b', 'x-signature': '1, 2, 3', accept: 'c' });
    expect([...repeatedHeaders].toSorted()).toEqual(['authorization', 'x-signature']);
  });

  it('keeps a header that came twice with nothing in it', () => {
    expect([...readHead(incoming(['x-a', '', 'x-a', ''])).repeatedHeaders]).toEqual(['x-a']);
  });

  it('takes the names of object members for names', () => {
    const { headers } = readHead(incoming(['__proto__', 'x', 'constructor', 'y', 'toString', 'z']));
    expect(Object.entries(headers)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['tostring', 'z'],
    ]);
    expect(headers['valueOf']).toBeUndefined();
  });

  it('takes 100 headers and refuses 101', () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_, i) => [`x-${i}`, '']).flat();
    expect(Object.keys(readHead(incoming(many(100))).headers)).toHaveLength(100);
    expect(() => readHead(incoming(many(101)))).toThrow(
      expect.objectContaining({ code: 'headers_too_large', status: 431 }),
    );
  });

  it.each<[string, string[], [number, number]]>([
    ['a second Host', ['Host', 'a', 'host', 'a'], [1, 1]],
    ['a second Host in HTTP/1.0', ['Host', 'a', 'host', 'a'], [1, 0]],
    ['HTTP/1.1 without Host', ['accept', 'b'], [1, 1]],
    ['HTTP/0.9', ['Host', 'a'], [0, 9]],
  ])('refuses %s', (_title, rawHeaders, version) => {
    expect(() => readHead(incoming(rawHeaders, version))).toThrow(
      expect.objectContaining({ code: 'bad_request', status: 400 }),
    );
  });

  it('has no certificate on a plain connection', () => {
    expect(clientCertificate(incoming([]))).toBeUndefined();
  });
});
