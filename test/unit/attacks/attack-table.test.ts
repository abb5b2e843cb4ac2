import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attacksOf, attackTable } from '../../attacks/attack-table.js';
import { CATALOGUE } from '../../attacks/catalogue.js';

/** An id at the beginning of a string: a title, or the field that becomes one. */
const ID_IN_CODE = /['"`]([HJSPKAM]-\d{1,2})\b/g;

function idsInTests(): ReadonlySet<string> {
  const files = readdirSync('test/attacks')
    .filter((name) => name.endsWith('.test.ts') || name.endsWith('-attacks.ts'))
    .map((name) => `test/attacks/${name}`);
  const texts = [...files, 'test/integration/ops/attacks-on-ops.test.ts'].map((file) =>
    readFileSync(file, 'utf8'),
  );
  return new Set(texts.flatMap((text) => [...text.matchAll(ID_IN_CODE)].map(([, id = '']) => id)));
}

describe('the catalogue of attacks', () => {
  it('has 117 of them, in seven groups', () => {
    const groups = new Map<string, number>();
    for (const id of Object.keys(CATALOGUE)) {
      const group = id.slice(0, 1);
      groups.set(group, (groups.get(group) ?? 0) + 1);
      expect(id).toBe(`${group}-${groups.get(group)}`);
    }
    expect(Object.fromEntries(groups)).toEqual({ H: 30, J: 26, S: 20, P: 10, K: 12, A: 14, M: 5 });
  });

  it('has a test for each, and no test is for one that is not in it', () => {
    const tested = idsInTests();
    expect(Object.keys(CATALOGUE).filter((id) => !tested.has(id))).toEqual([]);
    expect([...tested].filter((id) => !Object.hasOwn(CATALOGUE, id))).toEqual([]);
  });
});

describe('the table', () => {
  it('reads ids at the beginning of titles, not inside them', () => {
    expect(attacksOf('H-20: TLS > takes an event')).toEqual(['H-20']);
    expect(attacksOf('bodies > J-1: as in J-2')).toEqual(['J-1']);
    expect(attacksOf('plain')).toEqual([]);
  });

  it('is complete only when every attack has tests and all passed', () => {
    const two = { 'H-1': 'one', 'H-2': 'two' };
    const good = { name: 'H-1: a', passed: true };
    const table = (...tests: { name: string; passed: boolean }[]) => attackTable(two, [good, ...tests]);
    expect(table().complete).toBe(false);
    expect(table().text).toContain('| H-2 | two | 0/0 | NO TEST |');
    expect(table({ name: 'H-2: b', passed: false }).text).toContain('| H-2 | two | 0/1 | FAILED |');
    expect(table({ name: 'H-2: b', passed: true }).complete).toBe(true);
    expect(table({ name: 'H-2: b', passed: true }, { name: 'H-3: c', passed: true }).complete).toBe(false);
  });
});
