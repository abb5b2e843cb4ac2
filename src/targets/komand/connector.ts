import net, { type LookupFunction } from 'node:net';
import tls from 'node:tls';
import type { buildConnector } from 'undici';
import { TransportError } from './call-failure.js';
import { normaliseFingerprint, type Trust } from './trust.js';

/** Per address of a name with several; Node's default of 250 ms is too short for a far or busy Komand. */
const PER_ADDRESS_MS = 2_000;

export interface ConnectorOptions {
  readonly host: string;
  readonly port: number;
  /** Absent: plain HTTP. */
  readonly trust: Trust | undefined;
  readonly connectTimeoutMs: number;
  /** Where its name leads, at every connection. */
  readonly lookup: LookupFunction;
}

/** Makes connections to one target, whatever undici says it should connect to. */
export interface Connector {
  readonly connect: buildConnector.connector;
  /** Gives up the connections that are being made. */
  close(): void;
}

/**
 * A connection is handed over only once it is established and its certificate is accepted, so that nothing of a request
 * is sent to a stranger and everything before is known as `not sent`. Throws nothing; failures go to the callback.
 */
export function createConnector(target: ConnectorOptions): Connector {
  const connecting = new Set<net.Socket>();
  return {
    connect(_options, done) {
      const { trust } = target;
      const socket = trust === undefined ? net.connect(addressOf(target)) : connectSecure(target, trust);
      connecting.add(socket);
      let connected = false;
      const settle = (error: Error | null): void => {
        clearTimeout(timer);
        connecting.delete(socket);
        socket.off('error', onError);
        if (error === null) return done(null, socket);
        socket.on('error', ignore).destroy();
        done(error, null);
      };
      const onError = (error: Error): void => settle(connected ? tlsError(error) : error);
      const timer = setTimeout(
        () =>
          settle(new TransportError('CONNECT_TIMEOUT', `no connection within ${target.connectTimeoutMs} ms`)),
        target.connectTimeoutMs,
      );
      socket.once('error', onError);
      socket.once('connect', () => {
        connected = true;
        if (trust === undefined) settle(null);
      });
      if (socket instanceof tls.TLSSocket) {
        socket.once('secureConnect', () => settle(pinError(socket, trust?.fingerprint)));
      }
    },
    close() {
      for (const socket of connecting) socket.destroy(new Error('closed'));
    },
  };
}

function addressOf({ host, port, lookup }: ConnectorOptions): net.TcpNetConnectOpts {
  return {
    host,
    port,
    lookup,
    noDelay: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: PER_ADDRESS_MS,
  };
}

function connectSecure(target: ConnectorOptions, trust: Trust): tls.TLSSocket {
  // An address is not allowed as a server name (RFC 6066 §3); it is checked against the certificate all the same.
  const servername = net.isIP(target.host) === 0 ? target.host : '';
  return tls.connect({ ...addressOf(target), ...trust.options, servername, ALPNProtocols: ['http/1.1'] });
}

function ignore(): void {}

function tlsError(error: Error): TransportError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  return new TransportError('TLS_FAILED', `the TLS handshake failed (${code})`);
}

function pinError(socket: tls.TLSSocket, expected: string | undefined): TransportError | null {
  if (expected === undefined) return null;
  const certificate = socket.getPeerX509Certificate();
  const actual = certificate === undefined ? 'none' : normaliseFingerprint(certificate.fingerprint256);
  if (actual === expected) return null;
  return new TransportError('FINGERPRINT_MISMATCH', `the certificate has another fingerprint: ${actual}`);
}
