import { describe, expect, it } from 'vitest';
import { linePath, roundUp } from '../../../../src/ops/console/chart-scale.js';
import { chart, type Chart } from '../../../../src/ops/console/charts.js';

describe('roundUp', () => {
  it.each([
    [0, 1],
    [-3, 1],
    [Number.NaN, 1],
    [0.07, 0.08],
    [1, 1],
    [97, 100],
    [640, 800],
    [1_001, 1_500],
    [1e9, 1e9],
  ])('%d becomes %d', (value, expected) => {
    expect(roundUp(value)).toBeCloseTo(expected, 9);
  });
});

describe('linePath', () => {
  it('goes from the left edge to the right one, upside down', () => {
    expect(linePath([0, 5, 10], 100, 50, 10)).toBe('M0 50L50 25L100 0');
  });
  it('breaks where nothing is known, and marks a single point', () => {
    expect(linePath([1, undefined, 1, 1], 90, 10, 1)).toBe('M0 0h.01M60 0L90 0');
  });
  it('stays inside the drawing and is nothing for nothing', () => {
    expect(linePath([99], 100, 50, 10)).toBe('M0 0h.01');
    expect(linePath([], 100, 50, 10)).toBe('');
  });
});

describe('chart', () => {
  const spec = (values: readonly (number | undefined)[], kind: Chart['kind'] = 'lines'): Chart => ({
    title: 'Rate <b>',
    kind,
    times: values.map((_, i) => Date.UTC(2026, 0, 1, 12, i)),
    format: (n) => `${n}/min`,
    series: [{ label: 'accepted "x"', tone: 'one', values }],
  });

  it('says in words what it shows, and escapes them', () => {
    const { markup } = chart(spec([1, 4, 2]));
    expect(markup).toContain('accepted &quot;x&quot;: now 2/min, at most 4/min');
    expect(markup).not.toContain('Rate <b>');
  });
  it('has no style attribute and no script, which the policy would refuse', () => {
    expect(chart(spec([1, 2], 'bars')).markup).not.toMatch(/ style=|<script|<style/);
  });
  it('stacks bars up to the sum', () => {
    const { markup } = chart({
      ...spec([3], 'bars'),
      series: [
        { label: 'a', tone: 'ok', values: [3] },
        { label: 'b', tone: 'bad', values: [1] },
      ],
    });
    const bars = [
      ...markup.matchAll(/<rect\s+class="bar (\w+)"\s+x="[\d.]+"\s+y="([\d.]+)"[^>]*height="([\d.]+)"/g),
    ];
    expect(bars.map(([, tone, y, height]) => [tone, Number(y), Number(height)])).toEqual([
      ['ok', 30, 90],
      ['bad', 0, 30],
    ]);
  });
  it('tells that nothing is there yet', () => {
    expect(chart(spec([undefined, undefined])).markup).toContain('nothing yet');
    expect(chart(spec([1])).markup).not.toContain('nothing yet');
  });
});
