import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { copyFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { checkPreset } from '../../../src/sources/check-preset.js';
import { loadPresets, type LoadedPresets } from '../../../src/sources/load-presets.js';
import type { Preset } from '../../../src/sources/preset.js';
import { fakeDeps } from './deps.js';

const root = mkdtempSync(join(tmpdir(), 'presets-'));
afterAll(() => rmSync(root, { recursive: true }));

const YAML = `
title: Acme
docs: https://example.com/hooks
auth: { type: token, in: header, name: x-acme }
delivery_key: [{ body: id }, hash]
severity: { high: [red, 3] }
retries: never
`;
const MAPPING = '{"title": name, "severity": $severity(colour)}';
const GOOD = {
  'preset.yaml': YAML,
  'payload.schema.json': '{"type":"object","required":["name"]}',
  'mapping.jsonata': MAPPING,
};

let count = 0;
/** Presets in a folder of their own. */
function load(presets: Record<string, Record<string, string>>): LoadedPresets {
  count += 1;
  const folder = join(root, String(count));
  mkdirSync(folder);
  copyFileSync('schemas/preset.schema.json', join(folder, 'preset.schema.json'));
  for (const [name, files] of Object.entries(presets)) {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name, file)), { recursive: true });
      writeFileSync(join(folder, name, file), text);
    }
  }
  return loadPresets(folder);
}

function only(files: Record<string, string>): Preset {
  const loaded = load({ acme: files });
  const preset = loaded.ok ? loaded.library.get('acme') : undefined;
  if (preset === undefined) throw new Error(JSON.stringify(loaded));
  return preset;
}

const example = (expectation: unknown, body: unknown, more: object = {}): string =>
  JSON.stringify({ headers: {}, body, expect: expectation, ...more });

describe('loadPresets', () => {
  it('fills in every default', () => {
    expect(only(GOOD)).toMatchObject({
      name: 'acme',
      auth: { type: 'token', in: 'header', name: 'x-acme' },
      contentTypes: ['application/json'],
      extract: { as: 'json' },
      split: undefined,
      deliveryKeys: [{ from: 'body', paths: ['id'] }],
      dedupeWindowMs: 86_400_000,
      acceptedStatus: 202,
      severity: { high: ['red', '3'] },
      mapping: MAPPING,
    });
  });

  it('turns the spelling of the file into that of the settings', () => {
    const auth =
      'auth: { type: hmac, header: x-s, secret_encoding: hex, signed: "{timestamp}{body}", timestamp: { from: header, name: x-t, tolerance: 90s } }';
    expect(only({ ...GOOD, 'preset.yaml': YAML.replace(/^auth:.*$/m, auth) }).auth).toEqual({
      type: 'hmac',
      header: 'x-s',
      secretEncoding: 'hex',
      signed: '{timestamp}{body}',
      timestamp: { from: 'header', name: 'x-t', tolerance: 90_000 },
    });
  });

  it('reports the faults of all presets together', () => {
    const { 'mapping.jsonata': _, ...withoutMapping } = GOOD;
    const loaded = load({
      good: GOOD,
      'no-yaml': { ...GOOD, 'preset.yaml': 'title: [' },
      'no-schema': { 'preset.yaml': YAML, 'mapping.jsonata': MAPPING },
      'bad-json': { ...GOOD, 'payload.schema.json': '{' },
      'bad-keys': { ...GOOD, 'preset.yaml': `${YAML}colour: red\ndedupe_window: soon\n` },
      twice: { ...GOOD, 'preset.yaml': `${YAML}title: again\n` },
      unmapped: withoutMapping,
    });
    expect(loaded.ok ? [] : loaded.faults.map(({ preset, file }) => `${preset} ${file}`)).toEqual([
      'bad-json payload.schema.json',
      'bad-keys preset.yaml',
      'bad-keys preset.yaml',
      'no-schema payload.schema.json',
      'no-yaml preset.yaml',
      'twice preset.yaml',
      'unmapped mapping.jsonata',
    ]);
  });

  it('says so when there is no schema for presets', () => {
    const empty = join(root, 'empty');
    mkdirSync(empty);
    expect(loadPresets(empty)).toMatchObject({ ok: false });
  });
});

describe('checkPreset', () => {
  const check = async (files: Record<string, string>): Promise<readonly string[]> =>
    (await checkPreset(only({ ...GOOD, ...files }), fakeDeps())).faults;
  const good = { title: 'a', severity: 'high' };

  it('is content with examples that come out as they say', async () => {
    expect(
      await check({
        'examples/a.json': example(good, { id: 1, name: 'a', colour: 'red' }),
        'examples/b.json': example(good, { id: 2, name: 'a', colour: 3 }),
        'examples/c.json': example(good, { id: 1, name: 'a', colour: 'red', try: 2 }, { retry_of: 'a.json' }),
        'examples/d.json': example('invalid', { id: 1 }),
      }),
    ).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no examples', {}, /no examples/],
    [
      'another title',
      { 'examples/a.json': example(good, { name: 'b', colour: 'red' }) },
      /title is "b", not "a"/,
    ],
    ['a broken schema rule', { 'examples/a.json': example(good, {}) }, /name/],
    ['an example that says too little', { 'examples/a.json': example({}, { name: 'a' }) }, /which title/],
    ['an event taken for a ping', { 'examples/a.json': example('ignored', { name: 'a' }) }, /not ignored/],
    [
      'the wrong number of events',
      { 'examples/a.json': example([good, good], { name: 'a' }) },
      /1 events, 2/,
    ],
    ['a mapping that does not compile', { 'mapping.jsonata': '(' }, /JSONata/],
    [
      'a mapping that fails',
      { 'mapping.jsonata': '1', 'examples/a.json': example(good, { name: 'a' }) },
      /mapping failed/,
    ],
    ['a schema that reaches out', { 'payload.schema.json': '{"$ref":"https://example.com"}' }, /\$ref/],
    [
      'two events with one key',
      {
        'examples/a.json': example(good, { id: 1, name: 'a', colour: 'red' }),
        'examples/b.json': example(good, { id: 1, name: 'a', colour: 3 }),
      },
      /same delivery key/,
    ],
    [
      'a retry with another key',
      {
        'examples/a.json': example(good, { id: 1, name: 'a', colour: 'red' }),
        'examples/b.json': example(good, { id: 2, name: 'a', colour: 'red' }, { retry_of: 'a.json' }),
      },
      /not that of a\.json/,
    ],
  ])('finds %s', async (_, files, expected) => {
    expect((await check(files)).join('; ')).toMatch(expected);
  });
});
