import { Agent, type ClientRequest } from 'node:http';
import net, { type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { TransportError } from './call-failure.js';
import { normaliseFingerprint, type Trust } from './trust.js';

/**
 * An idle connection is closed after 4 s: before the shortest usual server limit (Node's own: 5 s), because a request
 * that meets the server's close on its way cannot be told from one that was accepted.
 */
const IDLE_MS = 4_000;
/** Per address of a name with several; Node's default of 250 ms is too short for a far or busy Komand. */
const PER_ADDRESS_MS = 2_000;

export interface AgentOptions {
  readonly host: string;
  readonly port: number;
  /** Absent: plain HTTP. */
  readonly trust: Trust | undefined;
  readonly connectTimeoutMs: number;
  /** Where its name leads, at every connection. */
  readonly lookup: LookupFunction;
  readonly maxIdle: number;
}

/**
 * Keep-alive connections to one target. A request gets its connection only once it is established and its certificate
 * is accepted, so that nothing of a request is sent to a stranger and everything before is known as `not sent`.
 */
export class VerifiedAgent extends Agent {
  readonly #connecting = new Set<net.Socket>();

  constructor(private readonly target: AgentOptions) {
    super({ keepAlive: true, maxFreeSockets: target.maxIdle, timeout: IDLE_MS });
    // Bytes on an idle connection are an answer to nothing: the next request must not take them for its own.
    this.on('free', (socket: Duplex) => socket.on('data', dropConnection));
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    socket.off('data', dropConnection);
    super.reuseSocket(socket, request);
  }

  override createConnection(
    _options: object,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const { trust } = this.target;
    const socket = trust === undefined ? net.connect(this.#address()) : this.#secure(trust);
    this.#connecting.add(socket);
    let connected = false;
    const settle = (error: Error | null): void => {
      clearTimeout(timer);
      this.#connecting.delete(socket);
      socket.off('error', onError);
      if (error !== null) socket.on('error', ignore).destroy();
      done?.(error, socket);
    };
    const onError = (error: Error): void => settle(connected ? tlsError(error) : error);
    const timer = setTimeout(
      () =>
        settle(
          new TransportError('CONNECT_TIMEOUT', `no connection within ${this.target.connectTimeoutMs} ms`),
        ),
      this.target.connectTimeoutMs,
    );
    socket.once('error', onError);
    socket.once('connect', () => {
      connected = true;
      if (trust === undefined) settle(null);
    });
    if (socket instanceof tls.TLSSocket) {
      socket.once('secureConnect', () => settle(pinError(socket, trust?.fingerprint)));
    }
    return undefined;
  }

  override destroy(): void {
    for (const socket of this.#connecting) socket.destroy(new Error('closed'));
    super.destroy();
  }

  #address(): net.TcpNetConnectOpts {
    const { host, port, lookup } = this.target;
    return {
      host,
      port,
      lookup,
      noDelay: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: PER_ADDRESS_MS,
    };
  }

  #secure(trust: Trust): tls.TLSSocket {
    const { host } = this.target;
    // An address is not allowed as a server name (RFC 6066 §3); it is checked against the certificate all the same.
    const servername = net.isIP(host) === 0 ? host : '';
    return tls.connect({ ...this.#address(), ...trust.options, servername, ALPNProtocols: ['http/1.1'] });
  }
}

function dropConnection(this: Duplex): void {
  this.destroy();
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
