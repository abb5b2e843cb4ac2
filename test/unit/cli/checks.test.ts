import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkAddress } from '../../../src/cli/check-address.js';
import { checkDisk } from '../../../src/cli/check-disk.js';
import { checkOps } from '../../../src/cli/check-ops.js';
import { makeCertificates, type Certificates } from '../targets/certificates.js';
import { startHttp, startHttps, targetSettings } from '../targets/servers.js';
import { configFolder, type ConfigFolder } from './config-folder.js';

let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => certificates.remove());

/** Each as `name state detail`. */
async function look(...args: Parameters<typeof checkAddress>): Promise<readonly string[]> {
  return (await checkAddress(...args)).map(({ name, ok, warning, detail }) => {
    const state = ok ? (warning === true ? 'warn' : 'ok') : 'fail';
    return `${name}: ${state}: ${detail}`;
  });
}

describe('the address of a target', () => {
  it('tells how long its certificate lasts', async () => {
    const server = await startHttps(certificates.good, (_request, response) => response.end());
    try {
      const found = await look(targetSettings(server.url), Date.now());
      expect(found[0]).toMatch(/^certificate soar: warn: ends on 20.*, in [12] days$/);
      expect(found[1]).toMatch(/^clock soar: ok: [01] s from its clock$/);
    } finally {
      await server.close();
    }
  });

  it('fails for one that is over, unless it is known by its fingerprint', async () => {
    const server = await startHttps(certificates.expired, (_request, response) => response.end());
    const { fingerprint } = certificates.expired;
    try {
      expect((await look(targetSettings(server.url), Date.now()))[0]).toMatch(
        /^certificate soar: fail: ended on/,
      );
      const pinned = targetSettings(server.url, { tls: { fingerprint, insecureSkipVerify: false } });
      expect((await look(pinned, Date.now()))[0]).toMatch(/^certificate soar: warn: ended on/);
    } finally {
      await server.close();
    }
  });

  it('warns of a clock that is not ours, and says when there is none', async () => {
    let date: string | undefined = 'Thu, 01 Jan 2026 00:00:00 GMT';
    const server = await startHttp((_request, response) => {
      response.sendDate = false;
      if (date !== undefined) response.setHeader('date', date);
      response.end();
    });
    try {
      const now = Date.UTC(2026, 0, 1, 0, 1);
      expect(await look(targetSettings(server.url), now)).toEqual(['clock soar: warn: 60 s from its clock']);
      date = undefined;
      expect(await look(targetSettings(server.url), now)).toEqual([
        'clock soar: ok: it does not tell its time',
      ]);
      const byName = await look(targetSettings(server.url.replace('127.0.0.1', 'localhost')), now);
      expect(byName[0]).toMatch(/^dns soar: ok: localhost is .*127\.0\.0\.1/);
    } finally {
      await server.close();
    }
  });

  it('fails where nothing answers, or the name does not resolve', async () => {
    expect(await look(targetSettings('http://127.0.0.1:1'), 0)).toEqual([
      'connection soar: fail: nothing answers at 127.0.0.1:1',
    ]);
    expect(await look(targetSettings('http://nosuch.invalid'), 0)).toEqual([
      'dns soar: fail: nosuch.invalid does not resolve',
    ]);
  });
});

describe('the spool', () => {
  let folder: ConfigFolder;
  beforeEach(() => {
    folder = configFolder();
  });
  afterEach(() => folder.remove());

  it('is looked at where it would be made, and its room is compared', async () => {
    const dir = join(folder.dir, 'not', 'yet');
    expect(await checkDisk({ dir, maxBytes: 1 })).toMatchObject([
      { name: 'spool', ok: true },
      { name: 'disk', ok: true },
    ]);
    const [, disk] = await checkDisk({ dir, maxBytes: Number.MAX_SAFE_INTEGER });
    expect(disk).toMatchObject({ ok: true, warning: true });
  });

  it.skipIf(process.getuid?.() === 0)('fails where this user may not write', async () => {
    const dir = join(folder.dir, 'locked');
    mkdirSync(dir);
    chmodSync(dir, 0o500);
    expect((await checkDisk({ dir, maxBytes: 1 }))[0]).toMatchObject({ ok: false });
  });
});

describe('the bridge itself', () => {
  const settings = (url: string) => ({ host: '127.0.0.1', port: Number(new URL(url).port), tokens: [] });

  it.each([
    [200, { status: 'ready', checks: [] }, { ok: true, detail: 'is running and ready' }],
    [
      503,
      { checks: [{ detail: 'the bridge is stopping' }] },
      { ok: false, detail: expect.stringContaining('is stopping') },
    ],
  ])('answers %i', async (status, body, expected) => {
    const server = await startHttp((_request, response) =>
      response.writeHead(status).end(JSON.stringify(body)),
    );
    try {
      expect(await checkOps(settings(server.url))).toMatchObject(expected);
    } finally {
      await server.close();
    }
  });

  it('need not run yet', async () => {
    expect(await checkOps(settings('http://127.0.0.1:1'))).toMatchObject({ ok: true, warning: true });
  });
});
