import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handMadeSource, sign } from '../support/hand-made-source.js';
import { startTestListener, type TestListener } from '../support/public-listener.js';
import { waitUntil } from '../support/wait-until.js';
import { makeCertificates, type Certificates, type Pair } from '../unit/targets/certificates.js';
import { freshBody, signed } from './requests.js';

const HALF_OPEN = process.env['ATTACKS_FULL'] === '1' ? 2_000 : 200;

let certificates: Certificates;
let on: TestListener;

beforeAll(async () => {
  certificates = makeCertificates();
  const { key, certFile } = certificates.good;
  const keyFile = `${certFile}.key`;
  writeFileSync(keyFile, key);
  on = await startTestListener(
    [
      handMadeSource(),
      handMadeSource({
        name: 'certified',
        authenticate: ({ clientCertificate }) =>
          clientCertificate?.commonName === 'good'
            ? { ok: true, secretIndex: 0 }
            : { ok: false, cause: 'untrusted_certificate', detail: 'no good certificate' },
      }),
    ],
    {
      limits: {
        handshakeTimeout: 500,
        headersTimeout: 500,
        requestTimeout: 800,
        connectionsCheckingInterval: 50,
      },
      settings: { tls: { certFile, keyFile, clientCaFile: certFile } },
    },
  );
});
afterAll(async () => {
  await on.listener.close();
  certificates.remove();
});
beforeEach(() => {
  on.seen.length = 0;
});

function post(path: string, client?: Pair): Promise<number | undefined> {
  const body = freshBody();
  return new Promise((resolve, reject) => {
    const sending = request(
      {
        port: on.port,
        host: '127.0.0.1',
        path,
        method: 'POST',
        ca: certificates.good.cert,
        agent: false,
        headers: { 'content-type': 'application/json', 'x-signature': sign(body) },
        ...(client === undefined ? {} : { key: client.key, cert: client.cert }),
      },
      (response) => response.resume().once('end', () => resolve(response.statusCode)),
    );
    sending.once('error', reject);
    sending.end(body);
  });
}

/** What the listener did with bytes on a plain connection, once it closed it. */
function closedAfter(drive: (socket: Socket) => void): Promise<true> {
  return new Promise((resolve) => {
    const socket = connectPlain(on.port, '127.0.0.1', () => drive(socket));
    socket
      .on('error', () => undefined)
      .once('close', () => resolve(true))
      .resume();
  });
}

/** The version that was agreed on, or why none was. */
function handshake(options: ConnectionOptions): Promise<string | null | undefined> {
  return new Promise((resolve) => {
    const socket = connect(
      { port: on.port, host: '127.0.0.1', rejectUnauthorized: false, ...options },
      () => {
        resolve(socket.getProtocol());
        socket.destroy();
      },
    );
    socket.once('error', (error: Error & { code?: string }) => resolve(error.code));
  });
}

describe('H-20: TLS', () => {
  it('takes an event, with and without a server name', async () => {
    expect(await post('/hooks/alarms')).toBe(202);
    expect(await handshake({ servername: '' })).toBe('TLSv1.3');
    expect(await handshake({ servername: 'no-such-host.example' })).toBe('TLSv1.3');
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
  });

  it('of an old version is refused', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    expect(await handshake(old)).toMatch(/^E|ERR_SSL/);
    expect(await post('/hooks/alarms')).toBe(202);
  });

  it.each([
    ['plain HTTP', signed('{"id":"plain"}')],
    ['noise', Buffer.alloc(5_000, 0xa5)],
    ['a hello cut short', Buffer.from('16030100c8010000c40303', 'hex')],
    ['a server name of nothing but zeros', Buffer.from(`1603010200010001fc0303${'00'.repeat(506)}`, 'hex')],
  ])('does not mind %s', async (_title, bytes) => {
    expect(await closedAfter((socket) => void socket.write(bytes))).toBe(true);
    expect(on.store.arrivals.filter(({ event }) => event.deliveryKey === 'body:plain')).toEqual([]);
    expect(await post('/hooks/alarms')).toBe(202);
  });

  it('that is negotiated again and again is cut off or borne, and good events pass', async () => {
    const ended = await new Promise((resolve) => {
      const socket = connect(
        { port: on.port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' },
        () => {
          const again = (left: number): void => {
            if (left === 0) return void socket.destroy();
            if (!socket.destroyed) socket.renegotiate({ rejectUnauthorized: false }, () => again(left - 1));
          };
          again(50);
        },
      );
      socket
        .on('error', () => undefined)
        .once('close', () => resolve('closed'))
        .resume();
    });
    expect(ended).toBe('closed');
    expect(await post('/hooks/alarms')).toBe(202);
    await waitUntil('nothing to be in flight', () => on.listener.inFlight() === 0);
  });

  it('that is begun and never finished is cut off in time', async () => {
    const hello = Buffer.from('16030100c8010000c40303', 'hex');
    const all = Promise.all(
      Array.from({ length: HALF_OPEN }, () => closedAfter((socket) => void socket.write(hello))),
    );
    expect(await post('/hooks/alarms')).toBe(202);
    expect(await all).toHaveLength(HALF_OPEN);
    await waitUntil('nothing to be in flight', () => on.listener.inFlight() === 0);
  });

  it('shows a source the certificate of its client, if the right authority signed it', async () => {
    expect(await post('/hooks/certified', certificates.good)).toBe(202);
    expect(await post('/hooks/certified', certificates.otherHost)).toBe(401);
    expect(await post('/hooks/certified')).toBe(401);
  });
});
