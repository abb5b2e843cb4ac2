import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPresets, presetNames } from '../../../src/sources/load-presets.js';
import { readExample } from '../../../src/sources/load-examples.js';
import { exampleRequest, runExample } from '../../../src/sources/run-example.js';
import { trialSource } from '../../../src/sources/trial-source.js';
import { fakeDeps, NOW } from './deps.js';

/** Bodies that real products sent or their documentation shows; they are not part of this repository. */
const BODIES = '../shared/payloads';
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info', 'unknown'];

const bodies = existsSync(BODIES)
  ? presetNames('schemas').flatMap((preset) => {
      const folder = join(BODIES, preset);
      if (!existsSync(folder)) return [];
      return readdirSync(folder).map((file) => ({ preset, file, path: join(folder, file) }));
    })
  : [];

describe.skipIf(bodies.length === 0)('real bodies', () => {
  const loaded = loadPresets('schemas');

  it.each(bodies)('$preset takes $file', async ({ preset, file, path }) => {
    const found = loaded.ok ? loaded.library.get(preset) : undefined;
    if (found === undefined) throw new Error(`${preset} is not loaded`);
    const source = trialSource(found, fakeDeps({ fetchText: () => Promise.resolve('') }));
    if (!('routes' in source)) throw new Error(JSON.stringify(source));
    const result = await runExample(
      source,
      exampleRequest(readExample(file, readFileSync(path, 'utf8')), NOW),
    );
    // A handshake or a ping is taken by its answer, everything else by its events
    expect(result.kind === 'answered' ? result.answer.status < 300 : result.kind === 'events').toBe(true);
    const events = result.kind === 'events' ? result.events : [];
    for (const { errors, mapped } of events) {
      expect(errors).toEqual([]);
      expect(mapped?.['title']).not.toBe('');
      expect(mapped?.['title']).not.toMatch(/ event(: |$)/);
      expect(SEVERITIES).toContain(mapped?.['severity']);
      expect(mapped?.['occurred_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    expect(new Set(events.map((event) => event.deliveryKey)).size).toBe(events.length);
  });
});
