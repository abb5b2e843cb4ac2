import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';

/** @typedef {Awaited<ReturnType<typeof openTlsFront>>} TlsFront */

/**
 * TLS in front of a server of this machine, with a certificate that can be another from one moment to the next.
 * @param {number} target the server's port @param {string} dir for certificates
 */
export async function openTlsFront(target, dir) {
  const contexts = {
    good: certificate(dir, 'good', 'IP:127.0.0.1', 2),
    otherHost: certificate(dir, 'other', 'DNS:other.example.com', 2),
    expired: certificate(dir, 'expired', 'IP:127.0.0.1', -1),
    stranger: certificate(dir, 'stranger', 'IP:127.0.0.1', 2),
  };
  const caFile = join(dir, 'trusted.pem');
  // Trusted but for its date and its name, so that nothing else can be the reason
  writeFileSync(
    caFile,
    [contexts.good, contexts.otherHost, contexts.expired].map(({ cert }) => cert).join(''),
  );
  /** @type {keyof typeof contexts | undefined} */
  let shown = 'good';
  let passed = 0;
  /** @type {Set<import('node:net').Socket>} */
  const open = new Set();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    if (shown === undefined) {
      socket.once('data', () => socket.resetAndDestroy());
      return;
    }
    const { key, cert } = contexts[shown];
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: createSecureContext({ key, cert }),
    });
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
    const drop = () => {
      secure.destroy();
      upstream.destroy();
    };
    // A client that does not trust us may have finished its handshake: what counts is whether it goes on to speak
    secure.once('data', () => (passed += 1));
    secure.on('error', drop).on('close', drop);
    upstream.on('error', drop).on('close', drop);
    secure.pipe(upstream).pipe(secure);
  });
  const cut = () => open.forEach((socket) => socket.resetAndDestroy());
  await new Promise((/** @type {(value?: unknown) => void} */ resolve) =>
    server.listen(0, '127.0.0.1', resolve),
  );
  return {
    port: /** @type {import('node:net').AddressInfo} */ (server.address()).port,
    caFile,
    /** Another certificate from now on, on new connections; the open ones end. @param {keyof typeof contexts} name */
    show(name) {
      shown = name;
      cut();
    },
    /** Every connection ends in its handshake from now on. */
    resetHandshakes() {
      shown = undefined;
      cut();
    },
    /** Connections over which something was said after the handshake. */
    passed: () => passed,
    close() {
      server.close();
      cut();
    },
  };
}

/** @param {string} dir @param {string} name @param {string} subjectAltName @param {number} days */
function certificate(dir, name, subjectAltName, days) {
  const file = (/** @type {string} */ end) => join(dir, `tls-${name}.${end}`);
  writeFileSync(file('ext'), `subjectAltName=${subjectAltName}\n`);
  const openssl = (/** @type {string[]} */ ...args) => execFileSync('openssl', args, { stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-new', ...curve, '-keyout', file('key'), '-out', file('csr'), '-subj', `/CN=${name}`);
  const signed = ['-signkey', file('key'), '-days', String(days), '-extfile', file('ext')];
  openssl('x509', '-req', '-in', file('csr'), ...signed, '-out', file('pem'));
  return { key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('pem'), 'utf8') };
}
