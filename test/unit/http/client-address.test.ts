import { describe, expect, it } from 'vitest';
import { createClientAddress } from '../../../src/http/client-address.js';

const PROXIES = ['10.0.0.0/8', '192.0.2.1', '2001:db8:1::/48'];

describe("the client's address", () => {
  it.each<[string, string[], string | undefined, string | undefined, string]>([
    ['without proxies is the peer', [], '198.51.100.1', '203.0.113.9', '198.51.100.1'],
    ['from a stranger is the peer', PROXIES, '198.51.100.1', '203.0.113.9', '198.51.100.1'],
    ['from a proxy is the one it names', PROXIES, '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['is not what the sender itself wrote', PROXIES, '10.1.2.3', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['goes through several proxies', PROXIES, '10.1.2.3', '1.1.1.1, 203.0.113.9, 192.0.2.1', '203.0.113.9'],
    ['is the first of nothing but proxies', PROXIES, '10.1.2.3', '10.0.0.7, 10.0.0.8', '10.0.0.7'],
    ['stops at what is no address', PROXIES, '10.1.2.3', '203.0.113.9, unknown', '10.1.2.3'],
    ['stops at an empty entry', PROXIES, '10.1.2.3', '203.0.113.9, ', '10.1.2.3'],
    ['of a proxy without the header is the proxy', PROXIES, '10.1.2.3', undefined, '10.1.2.3'],
    ['may have spaces around it', PROXIES, '10.1.2.3', '  203.0.113.9  ', '203.0.113.9'],
    ['may have a port', PROXIES, '10.1.2.3', '203.0.113.9:4711', '203.0.113.9'],
    ['may be an IPv6 address', PROXIES, '10.1.2.3', '2001:db8::7', '2001:db8::7'],
    ['may be an IPv6 address with a port', PROXIES, '10.1.2.3', '[2001:db8::7]:4711', '2001:db8::7'],
    ['of a dual-stack socket is IPv4', [], '::ffff:198.51.100.1', undefined, '198.51.100.1'],
    ['of a dual-stack proxy is known', PROXIES, '::ffff:10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['in the header may be mapped too', PROXIES, '10.1.2.3', '::FFFF:203.0.113.9', '203.0.113.9'],
    ['behind an IPv6 proxy', PROXIES, '2001:db8:1::5', '203.0.113.9', '203.0.113.9'],
    ['with a zone is no fault', PROXIES, 'fe80::1%eth0', '203.0.113.9', 'fe80::1%eth0'],
    ['of a socket that is gone is empty', PROXIES, undefined, '203.0.113.9', ''],
  ])('%s', (_title, proxies, peer, forwardedFor, expected) => {
    expect(createClientAddress(proxies)(peer, () => forwardedFor)).toBe(expected);
  });

  it('is found in a long list in no time', () => {
    const hops = Array.from({ length: 2_000 }, () => '10.0.0.1').join(',');
    expect(createClientAddress(PROXIES)('10.0.0.2', () => hops)).toBe('10.0.0.1');
  });
});
