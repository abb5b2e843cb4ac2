import { describe, expect, it } from 'vitest';
import type { MtlsSettings } from '../../../../src/model/auth-settings.js';
import { judge, request, short, type RequestParts } from './support.js';

const PRINT = 'ab'.repeat(32);
const COLONS = Array<string>(32).fill('AB').join(':');
const direct: MtlsSettings = { type: 'mtls', allowed: ['sender.example.com', COLONS] };
const proxied: MtlsSettings = { ...direct, header: 'x-client-cert' };
const shown = (commonName: string, fingerprint = 'cd'.repeat(32)): RequestParts => ({
  clientCertificate: { commonName, fingerprint },
});
const from = (value: string, remoteAddress = '10.0.0.1'): RequestParts => ({
  headers: { 'x-client-cert': value },
  remoteAddress,
});

const ROWS: readonly (readonly [string, MtlsSettings, RequestParts, string])[] = [
  ['common name', direct, shown('sender.example.com'), 'admitted 0'],
  ['fingerprint', direct, shown('any', PRINT), 'admitted 1'],
  ['another certificate', direct, shown('other.example.com'), 'untrusted_certificate'],
  ['a name that is spelt as the fingerprint', direct, shown(PRINT), 'untrusted_certificate'],
  ['no name', { ...direct, allowed: [''] }, shown(''), 'untrusted_certificate'],
  ['none', direct, {}, 'missing'],
  ['a header where none is configured', direct, from('sender.example.com'), 'missing'],
  ['proxy: plain name', proxied, from('sender.example.com'), 'admitted 0'],
  ['proxy: fingerprint', proxied, from(`sha256:${PRINT}`), 'admitted 1'],
  ['proxy: distinguished name', proxied, from('CN=sender.example.com,O=Example\\, Inc.'), 'admitted 0'],
  ['proxy: the name last', proxied, from('O=Example, CN=sender.example.com'), 'admitted 0'],
  ['proxy: name inside another part', proxied, from('O=x\\,CN=sender.example.com'), 'untrusted_certificate'],
  ['proxy: two names', proxied, from('CN=evil,CN=sender.example.com'), 'untrusted_certificate'],
  ['proxy: another', proxied, from('CN=other'), 'untrusted_certificate'],
  ['proxy: no header', proxied, { remoteAddress: '10.0.0.1' }, 'missing'],
  [
    'proxy: header twice',
    proxied,
    { ...from('sender.example.com'), repeated: ['x-client-cert'] },
    'malformed',
  ],
  ['not a proxy', proxied, from('sender.example.com', '192.0.2.7'), 'missing'],
];

describe('mtls', () => {
  const trusted = { trustedProxyAddress: (address: string) => address.startsWith('10.') };

  it.each(ROWS)('%s', async (_, settings, parts, expected) => {
    expect(short(await judge(settings, request(parts), trusted))).toBe(expected);
  });

  it('asks for the peer, not for the client it reports, where the listener says both', async () => {
    const parts = from('sender.example.com', '192.0.2.7');
    const behindProxy = { ...request(parts), peerAddress: '10.0.0.1' };
    expect(short(await judge(proxied, behindProxy, trusted))).toBe('admitted 0');
    const spoofed = { ...request(from('sender.example.com', '10.0.0.1')), peerAddress: '192.0.2.7' };
    expect(short(await judge(proxied, spoofed, trusted))).toBe('missing');
  });
});
