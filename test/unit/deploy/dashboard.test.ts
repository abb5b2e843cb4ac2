import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { findPromtool } from '../../support/find-promtool.js';
import { everyMetric } from '../../support/every-metric.js';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly custom?: { readonly stacking?: { readonly mode: string } } };
  };
}
interface Rule {
  readonly record?: string;
  readonly expr: string;
}

const DEPLOY = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const read = (name: string): string => readFileSync(join(DEPLOY, name), 'utf8');
const dashboard = JSON.parse(read('grafana/provisioning/dashboards/komand-bridge.json')) as {
  readonly panels: readonly Panel[];
};
const rules = (
  parse(read('prometheus/alerts.yml')) as { groups: readonly { rules: readonly Rule[] }[] }
).groups.flatMap((group) => group.rules);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const shown = panels.flatMap(({ targets }) => targets ?? []).map(({ expr }) => expr);
const metricsIn = (exprs: readonly string[]): readonly string[] =>
  exprs.flatMap((expr) => expr.match(/(?<![:\w])(?:bridge|process|nodejs)_\w+/g) ?? []);

/** Exported, though neither a panel nor a rule reads it: for queries by hand, with the reason. */
const UNUSED = new Map([
  ['bridge_spool_oldest_event_timestamp_seconds', 'the alert is on bytes and on spooled events'],
]);

async function exported(): Promise<readonly { readonly name: string; readonly type: string }[]> {
  return (await everyMetric().getMetricsAsJSON()).map(({ name, type }) => ({ name, type: String(type) }));
}
const plain = (name: string): string => name.replace(/_(?:bucket|sum|count)$/, '');

describe('the dashboard', () => {
  it('shows only what the bridge exports or the rules record', async () => {
    const known = new Set((await exported()).map(({ name }) => name));
    const used = metricsIn(shown);
    expect(used.length).toBeGreaterThan(40);
    expect(used.filter((name) => !known.has(name) && !known.has(plain(name)))).toEqual([]);
    const recorded = rules.flatMap(({ record }) => record ?? []);
    expect(
      shown.flatMap((expr) => expr.match(/job:\w+:\w+/g) ?? []).filter((name) => !recorded.includes(name)),
    ).toEqual([]);
  });

  it('or the rules use every metric of the bridge, but those listed here', async () => {
    const used = new Set(
      metricsIn([...shown, ...rules.map(({ expr }) => expr)]).flatMap((name) => [name, plain(name)]),
    );
    const own = (await exported()).map(({ name }) => name).filter((name) => name.startsWith('bridge_'));
    expect(own.filter((name) => !used.has(name))).toEqual([...UNUSED.keys()]);
  });

  it('explains each panel, stacks none, and asks the chosen data source', () => {
    for (const { title, description, datasource, fieldConfig } of panels) {
      expect(description, title).toMatch(/\.$/);
      expect(datasource?.uid, title).toBe(`\${datasource}`);
      expect(fieldConfig?.defaults.custom?.stacking?.mode ?? 'none', title).toBe('none');
    }
  });

  it('has rows in the order of the stream, and no panel upon another', () => {
    expect(
      dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title.slice(0, 3)),
    ).toEqual(['Now', '1. ', '2. ', '3. ', '4. ', '5. ', '6. ']);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Set<string>();
    for (const { gridPos, title } of dashboard.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(x, title).toBeLessThan(24);
          expect(taken.has(`${x} ${y}`), title).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  const promtool = findPromtool();
  it.skipIf(promtool === undefined)(
    'has expressions that Prometheus can read (skipped where promtool is not installed)',
    () => {
      const dir = mkdtempSync(join(tmpdir(), 'bridge-dashboard-'));
      try {
        const file = join(dir, 'rules.yml');
        const asRules = shown.map((expr, i) => ({
          record: `panel:expression:${i}`,
          expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$source', '.*'),
        }));
        writeFileSync(file, stringify({ groups: [{ name: 'panels', rules: asRules }] }));
        const { stdout, stderr, status } = spawnSync(promtool ?? '', ['check', 'rules', file], {
          encoding: 'utf8',
        });
        expect(`${stdout}${stderr}`).toContain(`SUCCESS: ${shown.length} rules found`);
        expect(status).toBe(0);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  );
});
