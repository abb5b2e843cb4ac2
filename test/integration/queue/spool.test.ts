import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Arrival } from '../../../src/model/arrival.js';
import { Problem } from '../../../src/model/problem.js';
import { createSeal } from '../../../src/queue/seal.js';
import { openSpool, type Spool } from '../../../src/queue/spool.js';
import type { StorageSettings } from '../../../src/model/settings.js';
import { arrivalOf } from '../../support/arrivals.js';
import { spawnHelper } from '../../support/spawn-helper.js';
import { waitUntil } from '../../support/wait-until.js';
import { CLEAR, sealedBy, testKey } from '../../support/seals.js';

describe('the spool', () => {
  let dir: string;
  let spool: Spool;
  let now: number;
  let settings: StorageSettings;
  const open = (maxBytes = 8 << 20): Spool =>
    openSpool({ dir, seal: createSeal(() => settings), maxBytes, now: () => now });
  const drain = async (from: Spool = spool): Promise<Arrival[]> => {
    const all: Arrival[] = [];
    for (let batch = from.next(7); batch !== undefined; batch = from.next(7)) {
      all.push(...batch.arrivals);
      await batch.settle(batch.arrivals.map(() => 'stored'));
    }
    return all;
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'bridge-spool-'));
    now = Date.now();
    settings = CLEAR;
    spool = open();
  });
  afterEach(async () => {
    await spool.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('gives back what was put, in order, over a restart', async () => {
    const arrivals = Array.from({ length: 50 }, () => arrivalOf());
    for (let i = 0; i < 50; i += 5) await spool.put(arrivals.slice(i, i + 5));
    await spool.close();
    spool = open();
    expect(spool.stats()).toMatchObject({ events: 50, oldestAt: arrivals[0]?.event.receivedAt });
    expect(await drain()).toEqual(arrivals);
    expect(spool.stats()).toEqual({ events: 0, parked: 0, bytes: 0, maxBytes: 8 << 20, oldestAt: undefined });
  });

  it("answers a sender's retry with the first ids, within one request and over several, until its window is over", async () => {
    const given = { deliveryKey: 'header:same', dedupeWindowMs: 1_000 };
    const [first, second, third, fourth] = [
      arrivalOf(given),
      arrivalOf(given),
      arrivalOf(given),
      arrivalOf(given),
    ];
    const [a, b] = await spool.put([first, second]);
    const [c] = await spool.put([third]);
    expect([a, b, c].map((each) => each?.eventId)).toEqual(Array.from({ length: 3 }, () => first.event.id));
    expect([a, b, c].map((each) => each?.status)).toEqual(['spooled', 'duplicate', 'duplicate']);
    expect(spool.held(third)).toEqual(c);
    now += 1_001;
    expect(spool.held(fourth)).toBeUndefined();
    expect(await spool.put([fourth])).toMatchObject([{ eventId: fourth.event.id, status: 'spooled' }]);
    // The first one leaves, and the key stays the fourth's
    const batch = spool.next(1);
    await batch?.settle(['stored']);
    expect(spool.held(third)).toMatchObject({ eventId: fourth.event.id });
  });

  it('keeps a request whole or not at all when it is full, and has room again after', async () => {
    await spool.close();
    spool = open(20_000);
    const small = arrivalOf({ body: 'x'.repeat(4_000) });
    await spool.put([small]);
    const refused = await spool
      .put([arrivalOf(), arrivalOf({ body: 'x'.repeat(15_000) })])
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({
      code: 'store_unavailable',
      status: 503,
      details: { retryAfterSeconds: 10 },
    });
    expect(spool.stats().events).toBe(1);
    await drain();
    await spool.put([arrivalOf({ body: 'x'.repeat(15_000) })]);
  });

  it.each([300, 2_100, 70_000])(
    'never outgrows its file before it is full, with bodies of %i bytes',
    async (size) => {
      await spool.close();
      spool = open(4 << 20);
      let kept = 0;
      const full = async (): Promise<void> => {
        for (;;) {
          const more = Array.from({ length: 20 }, () => arrivalOf({ body: 'x'.repeat(size) }));
          await spool.put(more);
          kept += more.length;
        }
      };
      await expect(full()).rejects.toMatchObject({
        details: { cause: 'Redis takes no writes and the spool is full' },
      });
      expect(await drain()).toHaveLength(kept);
      expect(spool.stats().bytes).toBe(0);
    },
  );

  it('puts an event aside and brings it back to its place', async () => {
    const [bad, good] = [arrivalOf(), arrivalOf()];
    await spool.put([bad, good]);
    await spool.next(1)?.settle(['parked']);
    expect(spool.stats()).toMatchObject({ events: 1, parked: 1 });
    expect(spool.held(arrivalOf({ deliveryKey: bad.event.deliveryKey }))).toMatchObject({
      eventId: bad.event.id,
    });
    await spool.unpark();
    expect(await drain()).toEqual([bad, good]);
  });

  it('keeps nothing in clear text with a key, and drains the same; what was spooled before stays readable', async () => {
    const canary = `canary-${Date.now().toString(36)}`;
    const old = arrivalOf();
    await spool.put([old]);
    await spool.close();
    settings = sealedBy({ id: 'k1', key: testKey(1) });
    spool = open();
    const sealed = arrivalOf({
      body: `{"a":"${canary}"}`,
      headers: { 'x-kept': canary },
      deliveryKey: canary,
    });
    await spool.put([sealed]);
    const held = spool.held(arrivalOf({ deliveryKey: canary }));
    expect(held?.eventId).toBe(sealed.event.id);
    const files = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'latin1'));
    expect(files.join('')).toContain(sealed.event.id);
    expect(files.join('')).not.toContain(canary);
    expect(await drain()).toEqual([old, sealed]);
    expect(spool.stats()).toMatchObject({ events: 0, bytes: 0, oldestAt: undefined });
  });

  it('puts aside what it has no key for, keeps it over a restart and gives it back when the key is back', async () => {
    settings = sealedBy({ id: 'k1', key: testKey(1) });
    const [sealed, after] = [arrivalOf(), arrivalOf()];
    await spool.put([sealed]);
    settings = CLEAR;
    await spool.put([after]);
    expect(spool.stats()).toMatchObject({ events: 2, oldestAt: sealed.event.receivedAt });
    const batch = spool.next(7);
    expect(batch?.arrivals).toEqual([after]);
    expect(batch?.unreadable).toEqual([
      'it was encrypted with the key "k1", which storage.encryption.keys does not have',
    ]);
    await batch?.settle(['stored']);
    expect(spool.stats()).toMatchObject({ events: 0, parked: 1 });
    await spool.close();
    spool = open();
    await spool.unpark();
    settings = sealedBy({ id: 'k2', key: testKey(2) }, { id: 'k1', key: testKey(1) });
    expect(await drain()).toEqual([sealed]);
    expect(spool.stats()).toMatchObject({ events: 0, parked: 0, bytes: 0 });
  });

  it('does not give a number twice after the highest was put aside', async () => {
    const [bad, next] = [arrivalOf(), arrivalOf()];
    await spool.put([bad]);
    await spool.next(1)?.settle(['parked']);
    await spool.put([next]);
    await spool.unpark();
    expect(await drain()).toEqual([bad, next]);
  });

  it('loses nothing it said was kept when the process that writes to it is killed, at any point', async () => {
    for (let round = 0; round < 6; round += 1) {
      const programs = ['a'].map((name) =>
        spawnHelper('spool-crasher.mjs', [dir, `${round}${name}`, round % 2 === 0 ? 'puts' : 'drains']),
      );
      const said = (): string[] => programs.flatMap(({ lines }) => lines);
      await waitUntil('some to be kept', () => said().length > 60 + 37 * round);
      for (const program of programs) program.signal('SIGKILL');
      await Promise.all(programs.map((program) => program.ended()));
      const of = (word: string): string[] =>
        said()
          .filter((line) => line.startsWith(word))
          .map((line) => line.slice(word.length));
      const left = (await drain()).map(({ event }) => event.deliveryKey.slice('header:'.length));
      const found = new Set([...left, ...of('took ')]);
      expect(of('kept ').filter((name) => !found.has(name))).toEqual([]);
      for (const { lines } of programs) {
        const mine = left
          .filter((name) => lines.includes(`kept ${name}`))
          .map((name) => Number(name.split('-')[1]));
        expect(mine).toEqual(mine.toSorted((x, y) => x - y));
      }
      expect(spool.stats()).toMatchObject({ events: 0, bytes: 0 });
    }
  });
});
