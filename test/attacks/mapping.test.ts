import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newEventId } from '../../src/model/ids.js';
import type { MappingInput, Route } from '../../src/model/source.js';
import { openStage, targetAt, type StageWorld } from '../support/stage-world.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';
import { startHostileKomand, type HostileKomand } from './hostile-komand.js';
import { compileYaml, sourcesFromYaml } from './sources-from-yaml.js';

/** A source with this mapping, and one that sends what came. */
function routesOf(mapping: string): readonly Route[] {
  const [source] = sourcesFromYaml(`
  alarms:
    preset: generic
    auth: { secrets: [a-long-secret] }
    routes:
      - { name: mapped, workflow: w-1, map: ${JSON.stringify(mapping)} }
      - { name: all, workflow: w-2, map: raw }
`);
  return source?.routes ?? [];
}

const TEXTS = [
  '$eval("1+1")',
  '$sum([1..1000000000])',
  '{{7*7}}',
  '${env:PATH}',
  '${file:/etc/passwd}',
  'file:/etc/passwd',
  '<%= process.env %>',
  '${jndi:ldap://evil.example/a}',
  '"; $error("x"); "',
  '`__proto__`.polluted',
  'function(){return process}()',
];

describe('expressions in the payload', () => {
  const input = (body: unknown): MappingInput => {
    const now = Date.now();
    return {
      body: JSON.stringify(body),
      headers: { 'x-evil': '$eval("1")' },
      source: 'alarms',
      eventId: newEventId(now),
      receivedAt: now,
    };
  };

  it.each(TEXTS)('M-1: %s stays the text that it is', async (text) => {
    const [mapped, all] = routesOf(
      '{"t": title, "again": $string(title), "key": $lookup($, title), "same": title = title}',
    );
    const sent = JSON.parse((await mapped?.map(input({ title: text })))?.text ?? '') as object;
    expect(sent).toEqual({ t: text, again: text, same: true });
    expect(JSON.parse((await all?.map(input({ title: text })))?.text ?? '')).toEqual({ title: text });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('M-1: the common variables and a condition take them as text too', async () => {
    const [source] = sourcesFromYaml(
      '  alarms: { preset: generic, auth: { secrets: [a-long-secret] }, routes: [{ workflow: w, when: "title = $event_id" }] }',
    );
    const [route] = source?.routes ?? [];
    for (const title of TEXTS) {
      const sent = JSON.parse((await route?.map(input({ title })))?.text ?? '') as Record<string, unknown>;
      expect(sent['title']).toBe(title);
      expect(await route?.when?.({ exact: { title }, headers: {} })).toBe(false);
    }
  });

  it('M-1: no expression can make code out of data', () => {
    for (const map of ['$eval(title)', '($e := $eval; $e(title))'])
      expect(
        compileYaml(
          `  a: { preset: generic, auth: { secrets: [a-long-secret] }, routes: [{ workflow: w, map: '{"t": ${map}}' }] }`,
        ).faults,
      ).toContain('$eval');
  });
});

describe('a mapping that fails', () => {
  let redis: TestRedis;
  let komand: HostileKomand;
  let world: StageWorld | undefined;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    komand = await startHostileKomand();
  });
  afterEach(async () => {
    await world?.close();
    await komand.close();
  });

  it.each([
    ['M-2', 'a loop without an end', '($f := function($n) { $f($n + 1) }; {"x": $f(0)})'],
    ['M-2', 'recursion without an end', '($f := function($n) { 1 + $f($n) }; {"x": $f(0)})'],
    ['M-2', 'a product of a billion', '{"x": [1..30000].([1..30000])}'],
    [
      'M-2',
      'a text that doubles',
      '($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; {"x": $f("x", 60)})',
    ],
    ['J-25', 'an error of its own', '{"x": $error("no host")}'],
    ['J-25', 'a wrong type', '{"x": missing.name & "a" + 1}'],
    ['J-25', 'no object', 'missing'],
    ['J-25', 'a number that JSON has not', '{"x": 1e300 * 1e300}'],
  ])(
    '%s: %s ends as a dead letter at once, and what comes after it is delivered',
    async (_id, _title, mapping) => {
      world = await openStage({
        redisUrl: redis.url,
        settings: targetAt(komand.url),
        routes: routesOf(mapping),
      });
      const delay = monitorEventLoopDelay({ resolution: 10 });
      delay.enable();
      const [bad] = await world.accept('alarms', 1, 'mapped');
      const [good] = await world.accept('alarms', 1, 'all');
      if (bad === undefined || good === undefined) throw new Error('nothing accepted');
      const { show } = world;
      const dead = await waitUntil('the dead letter', async () => {
        const view = await show(bad);
        return view?.state === 'dead' ? view : undefined;
      });
      await waitUntil('the other to be delivered', async () => (await show(good))?.state === 'delivered');
      delay.disable();
      expect(dead.progress.deadClass).toBe('mapping');
      expect(dead.progress.attempts).toMatchObject([
        { number: 1, reached: 'not_sent', errorClass: 'mapping' },
      ]);
      expect(komand.requests.filter((each) => each.includes('/w-1/'))).toEqual([]);
      expect(komand.requests.filter((each) => each.includes('/w-2/'))).toHaveLength(1);
      // 100 ms, and once more for a process that was held up; what is above that is this machine's
      expect(delay.max / 1e6).toBeLessThan(2_000);
    },
  );
});
