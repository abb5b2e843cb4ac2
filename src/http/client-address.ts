import { BlockList, isIP } from 'node:net';

export type ClientAddress = (
  peer: string | undefined,
  /** The header, asked for only where somebody may be believed. */
  readForwardedFor: () => string | undefined,
) => string;

/**
 * Whom a request came from. `X-Forwarded-For` is believed only from the given proxies, and of its addresses the last
 * one that is not a proxy: what stands before it was written by the sender.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = toBlockList(trustedProxies);
  const isTrusted = (address: string): boolean => {
    const version = isIP(address);
    return version !== 0 && trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
  return (peer, readForwardedFor) => {
    let address = plainAddress(peer ?? '');
    if (trustedProxies.length === 0) return address;
    const forwardedFor = readForwardedFor();
    if (forwardedFor === undefined) return address;
    for (const hop of forwardedFor.split(',').toReversed()) {
      const candidate = plainAddress(hop.trim());
      if (!isTrusted(address) || isIP(candidate) === 0) break;
      address = candidate;
    }
    return address;
  };
}

function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const version = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (version === 'ipv6' ? 128 : 32) : Number(bits), version);
  }
  return list;
}

/**
 * An address without what is put around it: a dual-stack socket shows an IPv4 peer as `::ffff:192.0.2.1`, and some
 * proxies (Azure Application Gateway) add the port, as in `192.0.2.1:4711` or `[2001:db8::1]:4711`.
 */
export function plainAddress(written: string): string {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(written)?.[1] ?? /^([\d.]+):\d+$/.exec(written)?.[1] ?? written;
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1];
  return mapped !== undefined && isIP(mapped) === 4 ? mapped : bare;
}
