import { readFileSync } from 'node:fs';
import { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TlsSettings } from '../../../src/model/settings.js';
import type { Exchange } from '../../../src/targets/komand/call.js';
import { createHttpClient } from '../../../src/targets/komand/http-client.js';
import { buildTrust, normaliseFingerprint } from '../../../src/targets/komand/trust.js';
import { type Certificates, makeCertificates, type Pair } from './certificates.js';
import { startHttps, startRaw, targetSettings } from './servers.js';

let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => certificates.remove());

let requests = 0;
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  requests = 0;
});

async function callTls(pair: Pair, tls: Partial<TlsSettings>): Promise<Exchange> {
  const server = await startHttps(pair, (_request, response) => {
    requests += 1;
    response.end('{}');
  });
  closers.push(() => server.close());
  return callAt(server.url, tls);
}

async function callAt(url: string, tls: Partial<TlsSettings>, timeout = 5_000): Promise<Exchange> {
  const settings = targetSettings(url, { timeout, tls: { insecureSkipVerify: false, ...tls } });
  const http = createHttpClient(settings, (path) => readFileSync(path, 'utf8'));
  closers.push(() => http.close());
  return http.call({ method: 'POST', path: '/v2/sessions', headers: {}, body: '{"user_secret":"s"}' });
}

const TLS_FAILURE = { ok: false, failure: { stage: 'connect', errorClass: 'tls' } };

describe('TLS to a target', () => {
  it('refuses a self-signed certificate, and sends nothing', async () => {
    expect(await callTls(certificates.good, {})).toMatchObject(TLS_FAILURE);
    expect(requests).toBe(0);
  });

  it('accepts it with its own ca_file', async () => {
    expect(await callTls(certificates.good, { caFile: certificates.good.certFile })).toMatchObject({
      ok: true,
    });
  });

  it('accepts it by its fingerprint, in either spelling', async () => {
    const { fingerprint } = certificates.good;
    const plain = fingerprint.replaceAll(':', '').toLowerCase();
    expect(await callTls(certificates.good, { fingerprint })).toMatchObject({ ok: true });
    expect(await callTls(certificates.good, { fingerprint: plain })).toMatchObject({ ok: true });
  });

  it('refuses another certificate than the pinned one before a byte is sent, even with insecure_skip_verify', async () => {
    const { fingerprint } = certificates.otherHost;
    for (const insecureSkipVerify of [false, true]) {
      const result = await callTls(certificates.good, { fingerprint, insecureSkipVerify });
      expect(result).toMatchObject({
        ok: false,
        failure: { stage: 'connect', code: 'FINGERPRINT_MISMATCH' },
      });
    }
    expect(requests).toBe(0);
  });

  it('refuses a certificate for another host', async () => {
    expect(await callTls(certificates.otherHost, { caFile: certificates.otherHost.certFile })).toMatchObject(
      TLS_FAILURE,
    );
    expect(requests).toBe(0);
  });

  it('names the host it wants, as a server with several certificates needs', async () => {
    let wanted: unknown;
    const server = await startHttps(certificates.good, (request, response) => {
      wanted = request.socket instanceof TLSSocket && request.socket.servername;
      response.end('{}');
    });
    closers.push(() => server.close());
    const caFile = certificates.good.certFile;
    expect(await callAt(`https://localhost:${server.port}`, { caFile })).toMatchObject({ ok: true });
    expect(wanted).toBe('localhost');
  });

  it('refuses an expired certificate and names the reason', async () => {
    const result = await callTls(certificates.expired, { caFile: certificates.expired.certFile });
    expect(result).toMatchObject(TLS_FAILURE);
    expect(result.ok || result.failure.reason).toContain('CERT_HAS_EXPIRED');
  });

  it('accepts any certificate with insecure_skip_verify, for this target only', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    expect(await callTls(certificates.expired, { insecureSkipVerify: true })).toMatchObject({ ok: true });
    expect(process.env['NODE_TLS_REJECT_UNAUTHORIZED']).toBe(before);
    expect(await callTls(certificates.expired, {})).toMatchObject(TLS_FAILURE);
  });

  it('calls a reset in the handshake a TLS failure, and a silent peer a time-out', async () => {
    const resetting = await startRaw((socket) => socket.once('data', () => socket.resetAndDestroy()));
    closers.push(() => resetting.close());
    expect(await callAt(`https://127.0.0.1:${resetting.port}`, {})).toMatchObject(TLS_FAILURE);
    const silent = await startRaw(() => {});
    closers.push(() => silent.close());
    expect(await callAt(`https://127.0.0.1:${silent.port}`, {}, 200)).toMatchObject({
      failure: { stage: 'connect', errorClass: 'timeout' },
    });
  });

  it('calls a server that does not speak TLS a TLS failure', async () => {
    const plain = await startRaw((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    closers.push(() => plain.close());
    expect(await callAt(`https://127.0.0.1:${plain.port}`, {})).toMatchObject(TLS_FAILURE);
  });
});

describe('a fingerprint', () => {
  it('is a SHA-256 in hex, or a fault', () => {
    expect(normaliseFingerprint('AB:'.repeat(31) + 'CD')).toBe('ab'.repeat(31) + 'cd');
    for (const bad of ['', 'ab', 'zz'.repeat(32), 'ab'.repeat(20)]) {
      expect(() => normaliseFingerprint(bad)).toThrow(RangeError);
    }
  });

  it('leaves the chain to be checked too where there is a ca_file', () => {
    const fingerprint = 'ab'.repeat(32);
    const trust = buildTrust({ fingerprint, caFile: '/ca', insecureSkipVerify: false }, () => 'PEM');
    expect(trust).toEqual({ options: { rejectUnauthorized: true, ca: 'PEM' }, fingerprint });
  });
});
