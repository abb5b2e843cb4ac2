import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPreset } from '../../../src/sources/check-preset.js';
import { loadPresets, presetNames } from '../../../src/sources/load-presets.js';
import type { Preset } from '../../../src/sources/preset.js';
import { fakeDeps } from './deps.js';

const loaded = loadPresets('schemas');

function preset(name: string): Preset {
  const found = loaded.ok ? loaded.library.get(name) : undefined;
  if (found === undefined) throw new Error(`${name} is not loaded`);
  return found;
}

describe('the presets that ship', () => {
  it('are all well-formed', () => {
    expect(loaded.ok ? [] : loaded.faults).toEqual([]);
  });

  it.each(presetNames('schemas'))('%s: its examples come out as they say', async (name) => {
    const report = await checkPreset(preset(name), fakeDeps());
    expect(report.faults).toEqual([]);
    expect(report.examples).toBeGreaterThan(0);
  });

  it.each(presetNames('schemas'))(
    '%s: its page says what to do, what is sent and what is answered',
    (name) => {
      const page = readFileSync(`schemas/${name}/README.md`, 'utf8');
      for (const heading of ["## On the sender's side", '## Answers']) expect(page).toContain(heading);
      expect(page).toContain('| severity |');
    },
  );
});
