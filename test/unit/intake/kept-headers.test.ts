import { describe, expect, it } from 'vitest';
import { keptHeaders, traceparentOf } from '../../../src/intake/kept-headers.js';
import { handMadeSource } from '../../support/hand-made-source.js';
import { rawRequest } from '../../support/raw-request.js';

describe('the headers that stay with an event', () => {
  it('are those on the list and two more', () => {
    const request = rawRequest('{}', {
      headers: { 'user-agent': 'SIEM/1', 'x-kind': 'alert', 'x-other': 'gone' },
    });
    expect(keptHeaders(handMadeSource({ keepHeaders: ['X-Kind', 'x-missing'] }), request)).toEqual({
      'content-type': 'application/json',
      'user-agent': 'SIEM/1',
      'x-kind': 'alert',
    });
  });

  it.each([
    'authorization',
    'Authorization',
    'proxy-authorization',
    'x-forwarded-authorization',
    'cookie',
    'set-cookie',
    'x-signature',
    'x-hub-signature-256',
    'x-gitlab-token',
    'x-amz-security-token',
    'x-api-key',
    'apikey',
    'x-api_key',
    'x-client-secret',
    'x-password',
    'x-goog-iap-jwt-assertion',
  ])('never hold %s, whatever is configured', (name) => {
    const request = rawRequest('{}', { headers: { [name.toLowerCase()]: 's3cret' } });
    expect(Object.values(keptHeaders(handMadeSource({ keepHeaders: [name] }), request))).not.toContain(
      's3cret',
    );
  });

  it('are at most 512 characters each', () => {
    const request = rawRequest('{}', { headers: { 'user-agent': 'x'.repeat(9_000) } });
    expect(keptHeaders(handMadeSource(), request)['user-agent']).toHaveLength(512);
  });

  it.each(['__proto__', 'constructor', 'toString'])('may be called %s without harm', (name) => {
    const headers = Object.assign(Object.create(null) as Record<string, string>, rawRequest('{}').headers);
    headers[name] = 'x';
    const kept = keptHeaders(handMadeSource({ keepHeaders: [name] }), { ...rawRequest('{}'), headers });
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('the trace of a request', () => {
  const GOOD = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  it.each([
    [GOOD, GOOD],
    [`${GOOD}\n`, undefined],
    [GOOD.toUpperCase(), undefined],
    [`01${GOOD.slice(2)}`, undefined],
    [`ff${GOOD.slice(2)}`, undefined],
    [`${GOOD}-x`, undefined],
    [`${GOOD}, ${GOOD}`, undefined],
    ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', undefined],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01', undefined],
    [
      '00-00000000000000000000000000000001-0000000000000001-00',
      '00-00000000000000000000000000000001-0000000000000001-00',
    ],
    ['x'.repeat(10_000), undefined],
    ['', undefined],
  ])('%j is %j', (traceparent, expected) => {
    expect(traceparentOf(rawRequest('{}', { headers: { traceparent } }))).toBe(expected);
  });

  it('is none without the header', () => {
    expect(traceparentOf(rawRequest('{}'))).toBeUndefined();
  });
});
