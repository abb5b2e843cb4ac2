import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFetchText, fetchText } from '../../../../src/sources/auth/fetch-text.js';
import { makeCertificates, type Certificates } from '../../targets/certificates.js';
import { startHttps, type RunningServer } from '../../targets/servers.js';

describe('fetchText', () => {
  let certificates: Certificates;
  let server: RunningServer;
  let answer: RequestListener;
  let asked: string[] = [];

  beforeAll(async () => {
    certificates = makeCertificates();
    server = await startHttps(certificates.good, (incoming, response) => {
      asked.push(incoming.url ?? '');
      answer(incoming, response);
    });
  });
  afterAll(async () => {
    await server.close();
    certificates.remove();
  });

  const call = (path: string, limits = { maxBytes: 1_000, timeoutMs: 5_000 }): Promise<string> =>
    createFetchText({ ca: certificates.good.cert })(`${server.url}${path}`, limits);

  it('reads a text', async () => {
    answer = (_, response) => response.end('Grüße');
    expect(await call('/a.pem')).toBe('Grüße');
  });

  it('follows no redirect', async () => {
    asked = [];
    answer = (_, response) => response.writeHead(302, { location: `${server.url}/other` }).end();
    await expect(call('/here')).rejects.toThrow('answered 302');
    expect(asked).toEqual(['/here']);
  });

  it('stops at the limit, whatever comes after it', async () => {
    answer = (_, response) => {
      response.write('x'.repeat(1_001));
    };
    await expect(call('/big')).rejects.toThrow('answered more than 1000 bytes');
  });

  it('gives up in time, before the answer and within it', async () => {
    answer = () => {};
    await expect(call('/silent', { maxBytes: 10, timeoutMs: 100 })).rejects.toThrow('within 100 ms');
    answer = (_, response) => {
      response.write('x');
    };
    await expect(call('/slow', { maxBytes: 10, timeoutMs: 100 })).rejects.toThrow();
  });

  it('rejects an answer that is cut off', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half');
      setImmediate(() => response.destroy());
    };
    await expect(call('/cut')).rejects.toThrow();
  });

  it('believes no certificate of its own making, and speaks no plain HTTP', async () => {
    answer = (_, response) => response.end('never');
    const limits = { maxBytes: 10, timeoutMs: 5_000 };
    await expect(fetchText(`${server.url}/`, limits)).rejects.toThrow(/self-signed/);
    await expect(fetchText('http://127.0.0.1/', limits)).rejects.toThrow(/Protocol/);
    await expect(fetchText('not a url', limits)).rejects.toThrow(/URL/);
  });
});
