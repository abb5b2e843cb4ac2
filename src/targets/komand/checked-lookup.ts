import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { TransportError } from './call-failure.js';

/**
 * Where no Komand is, but where a name that somebody else answers for may point a bridge to: this machine itself, the
 * metadata service of a cloud (169.254.169.254), groups. RFC 6890, RFC 4291 §2.
 */
const NEVER_BY_NAME = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::/10',
  'ff00::/8',
];

/** What the system's resolver says of a name: every address. */
export type Resolve = (host: string, done: (error: Error | null, addresses: LookupAddress[]) => void) => void;

const resolveBySystem: Resolve = (host, done) => systemLookup(host, { all: true }, done);

/**
 * A name lookup for a socket that passes on only addresses which may be connected to, at every connection anew, so
 * that a name which turns later is caught too. `allowed` are the ranges of the configuration; without them, whatever
 * is not this machine, link-local or a group. A target on this machine is `localhost` or an address.
 */
export function createCheckedLookup(
  allowed: readonly string[] | undefined,
  resolve: Resolve = resolveBySystem,
): LookupFunction {
  const listed = rangesOf(allowed ?? NEVER_BY_NAME);
  return (host, options, done) => {
    const local = allowed === undefined && host.toLowerCase() === 'localhost';
    resolve(host, (error, found) => {
      const usable = found?.filter(({ address }) => local || listed(address) === (allowed !== undefined));
      const [first] = usable ?? [];
      if (error !== null) return done(error, []);
      if (first === undefined) return done(refusal(host, found), []);
      if (options.all === true) return done(null, usable);
      done(null, first.address, first.family);
    });
  };
}

function refusal(host: string, found: readonly LookupAddress[]): TransportError {
  const addresses = found.map(({ address }) => address).join(', ');
  return new TransportError(
    'ADDRESS_REFUSED',
    `the name ${host} leads to ${addresses}, where this target may not be; allow_ips can allow it`,
  );
}

function rangesOf(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  // Of an address in IPv4-mapped form, BlockList looks at the IPv4 inside
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
