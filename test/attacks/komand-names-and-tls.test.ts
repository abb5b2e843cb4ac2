import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { LookupAddress } from 'node:dns';
import { createServer as createPlain, type AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryOutcome } from '../../src/model/outcome.js';
import type { TargetSettings } from '../../src/model/settings.js';
import { createCheckedLookup, type Resolve } from '../../src/targets/komand/checked-lookup.js';
import { createKomandTarget } from '../../src/targets/komand/target.js';
import { makeCertificates, type Certificates, type Pair } from '../unit/targets/certificates.js';
import { startHttps, targetSettings } from '../unit/targets/servers.js';
import { startHostileKomand, startStranger, type HostileKomand, type Stranger } from './hostile-komand.js';

/** Sends one event to a target of its own. */
async function sendOnce(
  settings: TargetSettings,
  resolve?: Resolve,
  times = 1,
): Promise<readonly DeliveryOutcome[]> {
  const target = createKomandTarget(settings, {
    observe: () => undefined,
    readFile: (path) => readFileSync(path, 'utf8'),
    ...(resolve === undefined ? {} : { resolve }),
  });
  const outcomes: DeliveryOutcome[] = [];
  for (let i = 0; i < times; i += 1) {
    const { signal } = new AbortController();
    const endpoint = { kind: 'workflow', id: 'w-1' } as const;
    outcomes.push(await target.send({ endpoint, body: '{"id":"1"}', signal }));
  }
  await target.close();
  return outcomes;
}

const at = (...addresses: string[]): LookupAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('a name that turns', () => {
  let komand: HostileKomand;
  let stranger: Stranger;
  beforeAll(async () => {
    komand = await startHostileKomand();
    stranger = await startStranger();
  });
  afterAll(async () => {
    await stranger.close();
    await komand.close();
  });

  it.each([
    '127.0.0.1',
    '127.8.9.10',
    '0.0.0.0',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:169.254.169.254',
    'fe80::1',
    'ff02::1',
  ])('K-2: to %s is not followed', async (address) => {
    const { port } = new URL(stranger.url);
    const settings = targetSettings(`http://komand.example:${port}`);
    const [outcome] = await sendOnce(settings, (_host, done) => done(null, at(address)));
    expect(outcome).toMatchObject({ kind: 'target-down', errorClass: 'dns', reached: 'not_sent' });
    expect(JSON.stringify(outcome)).toContain('allow_ips');
    expect(stranger.visits()).toBe(0);
  });

  it('K-2: between two connections is seen at the second', async () => {
    const { port } = new URL(komand.url);
    const settings = targetSettings(`http://komand.example:${port}`, { allowIps: ['127.0.0.1'] });
    const before = komand.requests.length;
    let lookups = 0;
    // After the login Komand closes the connection, so that the event needs another one
    const turning: Resolve = (_host, done) => {
      lookups += 1;
      done(null, at(lookups === 1 ? '127.0.0.1' : '127.0.0.2'));
    };
    komand.nextLogin = `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${JSON.stringify({ token: komand.token }).length}\r\n\r\n${JSON.stringify({ token: komand.token })}`;
    const [outcome] = await sendOnce(settings, turning);
    expect(outcome).toMatchObject({ kind: 'target-down', errorClass: 'dns', reached: 'not_sent' });
    expect(lookups).toBe(2);
    expect(komand.requests.slice(before).map((each) => each.split(' {')[0])).toEqual(['POST /v2/sessions']);
  });

  it('K-2: where the configuration allows it, and for localhost, it is followed', async () => {
    const { port } = new URL(komand.url);
    const allowed = targetSettings(`http://komand.example:${port}`, { allowIps: ['127.0.0.0/8'] });
    const [named] = await sendOnce(allowed, (_host, done) => done(null, at('127.0.0.1')));
    expect(named).toMatchObject({ kind: 'delivered' });
    const [local] = await sendOnce(targetSettings(`http://localhost:${port}`));
    expect(local).toMatchObject({ kind: 'delivered' });
    const [literal] = await sendOnce(targetSettings(`http://127.0.0.1:${port}`));
    expect(literal).toMatchObject({ kind: 'delivered' });
  });

  it('K-2: with a list, only what is on it is connected to, whatever else the name has', async () => {
    const lookup = createCheckedLookup(['10.0.0.0/8'], (_host, done) =>
      done(null, at('192.0.2.1', '10.1.2.3', '::ffff:10.9.9.9', '127.0.0.1')),
    );
    const found = await new Promise((resolve) =>
      lookup('komand.example', { all: true }, (_error, addresses) => resolve(addresses)),
    );
    expect(found).toEqual(at('10.1.2.3', '::ffff:10.9.9.9'));
    const one = await new Promise((resolve) =>
      lookup('komand.example', {}, (_error, address, family) => resolve([address, family])),
    );
    expect(one).toEqual(['10.1.2.3', 4]);
  });

  it('K-2: the names of private networks are followed, they are where Komand is', async () => {
    const inside = at('10.0.0.1', '172.17.0.2', '192.168.1.1', 'fd00::1', '192.0.2.1');
    const lookup = createCheckedLookup(undefined, (_host, done) => done(null, inside));
    const found = await new Promise((resolve) =>
      lookup('komand.example', { all: true }, (_error, addresses) => resolve(addresses)),
    );
    expect(found).toEqual(inside);
  });
});

describe('a Komand that speaks TLS badly', () => {
  let certificates: Certificates;
  let requests = 0;
  beforeAll(() => {
    certificates = makeCertificates();
  });
  afterAll(() => certificates.remove());

  const komand: RequestListener = (request, response) => {
    requests += 1;
    request.resume();
    response.end(request.url === '/v2/sessions' ? '{"token":"t"}' : '{"job_id":"j-1"}');
  };
  const sendTo = async (pair: Pair, caFile?: string): Promise<DeliveryOutcome | undefined> => {
    requests = 0;
    const server = await startHttps(pair, komand);
    const tls = { insecureSkipVerify: false, ...(caFile === undefined ? {} : { caFile }) };
    const [outcome] = await sendOnce(targetSettings(server.url, { tls }));
    await server.close();
    return outcome;
  };

  it('K-10: expired, for another host or signed by itself: nothing is sent', async () => {
    const { good, otherHost, expired } = certificates;
    for (const [pair, caFile] of [
      [expired, expired.certFile],
      [otherHost, otherHost.certFile],
      [good, undefined],
      [good, otherHost.certFile],
    ] as const) {
      const outcome = await sendTo(pair, caFile);
      expect(outcome).toMatchObject({ kind: 'target-down', errorClass: 'tls', reached: 'not_sent' });
      expect(requests).toBe(0);
    }
    expect(await sendTo(good, good.certFile)).toMatchObject({ kind: 'delivered', jobId: 'j-1' });
  });

  it('K-10: renegotiating again and again does not harm the process', async () => {
    const { good } = certificates;
    let renegotiated = 0;
    const server = createServer(
      { key: good.key, cert: good.cert, maxVersion: 'TLSv1.2' },
      (request, response) => {
        const { socket } = request;
        const again = (left: number): void => {
          if (left === 0 || !(socket instanceof TLSSocket) || socket.destroyed)
            return komand(request, response);
          socket.renegotiate({ rejectUnauthorized: false }, () => {
            renegotiated += 1;
            again(left - 1);
          });
        };
        again(20);
      },
    );
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const settings = targetSettings(`https://127.0.0.1:${port}`, {
      timeout: 2_000,
      tls: { insecureSkipVerify: false, caFile: good.certFile },
    });
    const outcomes = await sendOnce(settings, undefined, 2);
    // Taken or refused, it is an outcome like any other
    for (const outcome of outcomes)
      expect(['delivered', 'ambiguous', 'target-down', 'retry']).toContain(outcome.kind);
    await new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    });
    expect(renegotiated + outcomes.length).toBeGreaterThan(2);
    expect(await sendTo(good, good.certFile)).toMatchObject({ kind: 'delivered' });
  });

  it('K-10: ending the handshake half-way, or with noise, is a TLS failure', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('HTTP/1.1 200 OK\r\n\r\n'),
      Buffer.alloc(40_000, 0xa5),
    ]) {
      const server = createPlain((socket) => {
        socket.on('error', () => undefined).once('data', () => socket.end(bytes));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const [outcome] = await sendOnce(targetSettings(`https://127.0.0.1:${port}`));
      expect(outcome).toMatchObject({ kind: 'target-down', reached: 'not_sent' });
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
