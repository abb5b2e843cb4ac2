import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** WCAG 2.1: what is read needs 4.5 to 1. */
const NEEDED = 4.5;
const css = readFileSync('src/ops/console/assets/console.css', 'utf8');

const colours = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }],
  ),
);

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Every pair of text and ground that the style sheet puts together. */
const PAIRS = [
  ...['text', 'muted', 'accent'].flatMap((text) =>
    ['bg', 'surface', 'sunken', 'hover'].map((ground) => [text, ground]),
  ),
  ...['ok', 'warn', 'bad', 'info'].flatMap((tone) => [
    [tone, `${tone}-bg`],
    [tone, 'surface'],
    ['text', `${tone}-bg`],
  ]),
  ['on-accent', 'accent'],
  ['accent', 'info-bg'],
  ['muted', 'info-bg'],
].map(([text = '', ground = '']) => ({ text, ground }));

describe.each(['light', 'dark'] as const)('contrast, %s', (theme) => {
  it.each(PAIRS)('$text on $ground', ({ text, ground }) => {
    const [front, back] = [colours.get(text)?.[theme], colours.get(ground)?.[theme]];
    expect(front, text).toBeDefined();
    expect(back, ground).toBeDefined();
    expect(contrast(front ?? '', back ?? '')).toBeGreaterThanOrEqual(NEEDED);
  });
});
