import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findPromtool } from '../../support/find-promtool.js';
import { everyMetric } from '../../support/every-metric.js';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: { readonly summary?: string; readonly runbook_url?: string };
}
interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}
interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

const FOLDER = fileURLToPath(new URL('../../../deploy/prometheus/', import.meta.url));
const read = (name: string): string => readFileSync(`${FOLDER}${name}`, 'utf8');
const rules = (parse(read('alerts.yml')) as RuleFile).groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const CASES = ['alerts.test.yml', 'rotation.test.yml'];
const tried = CASES.flatMap((file) => (parse(read(file)) as RuleTests).tests).flatMap(
  (test) => test.alert_rule_test,
);

/** Every name that Prometheus can store for the bridge: a histogram is stored under three. */
async function knownMetrics(): Promise<ReadonlyMap<string, readonly string[]>> {
  const described = await everyMetric().getMetricsAsJSON();
  return new Map(
    described.map(({ name }) => [name, [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]]),
  );
}

describe('alerts.yml', () => {
  it('names only metrics that the bridge has', async () => {
    const known = new Set([...(await knownMetrics()).values()].flat());
    const named = rules.flatMap(({ expr }) => expr.match(/(?<![:\w])(?:bridge|process)_\w+/g) ?? []);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('uses only recorded ratios that it records', () => {
    const recorded = rules.flatMap(({ record }) => record ?? []);
    const used = alerts.flatMap(({ expr }) => expr.match(/job:\w+:\w+/g) ?? []);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((name) => !recorded.includes(name))).toEqual([]);
  });

  it.each(alerts.map((rule) => [rule.alert ?? '', rule] as const))(
    '%s has a severity, a summary, an entry in the runbook, and both cases in alerts.test.yml',
    (name, rule) => {
      const headings = readFileSync(`${FOLDER}../runbook.md`, 'utf8').match(/(?<=^## ).+$/gm) ?? [];
      expect(rule.labels?.severity).toMatch(/^(?:page|ticket)$/);
      expect(rule.annotations?.summary).toBeTruthy();
      expect(rule.annotations?.runbook_url).toBe(`deploy/runbook.md#${name.toLowerCase()}`);
      expect(headings).toContain(name);
      const cases = tried.filter(({ alertname }) => alertname === name);
      expect(cases.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
      expect(cases.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
    },
  );
});

const tool = findPromtool();
const missing = tool === undefined;
const promtool = (...args: readonly string[]) =>
  spawnSync(tool ?? '', args, { cwd: FOLDER, encoding: 'utf8', timeout: 120_000 });

describe('the table of deploy/runbook.md', () => {
  it('lists every metric of the bridge, and no other', async () => {
    const listed =
      readFileSync(`${FOLDER}../runbook.md`, 'utf8').match(/(?<=^\| `)bridge_\w+(?=` +\|)/gm) ?? [];
    const own = [...(await knownMetrics()).keys()].filter((name) => name.startsWith('bridge_'));
    expect([...listed].sort()).toEqual(own.sort());
  });
});

describe('promtool', () => {
  it.skipIf(missing)('check rules (skipped where promtool is not installed)', () => {
    const { status, stdout, stderr } = promtool('check', 'rules', 'alerts.yml');
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it.skipIf(missing)(
    'test rules (skipped where promtool is not installed)',
    () => {
      const { status, stdout, stderr } = promtool('test', 'rules', ...CASES);
      expect(`${stdout}${stderr}`).not.toContain('FAILED');
      expect(status).toBe(0);
    },
    120_000,
  );
});
