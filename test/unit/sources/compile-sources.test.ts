import { describe, expect, it } from 'vitest';
import type { RouteSettings, SourceSettings } from '../../../src/model/settings.js';
import { compileSources, type CompiledSources } from '../../../src/sources/compile-sources.js';
import { loadPresets } from '../../../src/sources/load-presets.js';
import { fakeDeps } from './deps.js';
import { part, request } from './requests.js';

const loaded = loadPresets('schemas');

const ROUTE: RouteSettings = {
  name: 'default',
  target: 'soar',
  endpoint: 'workflow',
  endpointId: 'w-1',
  onAmbiguous: 'reconcile',
  maxAttempts: 20,
  giveUpAfter: 1_000,
};
const SOURCE: SourceSettings = {
  name: 'acme',
  preset: 'generic',
  auth: { secrets: ['a-secret-of-some-length'] },
  allowIps: [],
  onInvalid: 'reject',
  keepHeaders: [],
  routes: [ROUTE],
};

function compile(sources: readonly SourceSettings[], files: Record<string, string> = {}): CompiledSources {
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  const http = { host: '', port: 0, maxBody: 1_000, trustProxy: [], maxConnections: 1 };
  return compileSources(
    { http, sources },
    loaded.library,
    fakeDeps({
      readFile: (path) => {
        const text = files[path];
        if (text === undefined) throw new Error(path);
        return text;
      },
    }),
  );
}

function faults(...sources: SourceSettings[]): readonly string[] {
  const compiled = compile(sources);
  return compiled.ok ? [] : compiled.faults.map((fault) => fault.pointer);
}

function one(source: SourceSettings, files?: Record<string, string>) {
  const compiled = compile([source], files);
  const found = compiled.ok ? compiled.sources.get(source.name) : undefined;
  if (found === undefined) throw new Error(JSON.stringify(compiled));
  return found;
}

describe('compileSources', () => {
  it('reports everything that is wrong with everything, each with its place', () => {
    const withoutAuth: SourceSettings = { ...SOURCE, auth: {} };
    expect(
      faults(
        { ...withoutAuth, name: 'a/b' },
        { ...SOURCE, name: 'b', preset: 'no-such-preset' },
        { ...SOURCE, name: 'c', allowIps: ['10.0.0.0/8', 'nonsense'], schema: 'missing.json' },
        {
          ...SOURCE,
          name: 'd',
          routes: [
            { ...ROUTE, name: 'x', when: 'a =' },
            { ...ROUTE, name: 'y', map: { t: '(', u: '$now()' } },
            { ...ROUTE, name: 'z', map: 'raw', correlate: 'id' },
            { ...ROUTE, name: 'w', map: 'file:gone.jsonata' },
          ],
        },
        { ...SOURCE, name: 'e', map: '1 +', routes: [ROUTE, { ...ROUTE, name: 'again' }] },
      ),
    ).toEqual([
      '/sources/a~1b/auth/secrets',
      '/sources/b/preset',
      '/sources/c/schema',
      '/sources/c/allow_ips/1',
      '/sources/d/routes/0/when',
      '/sources/d/routes/1/map/t',
      '/sources/d/routes/1/map/u',
      '/sources/d/routes/2/map',
      '/sources/d/routes/3/map',
      '/sources/e/map',
    ]);
  });

  it('warns of an open source and of one without routes', () => {
    const compiled = compile([{ ...SOURCE, auth: { type: 'none' }, routes: [] }]);
    expect(compiled.ok ? compiled.warnings.map((each) => each.pointer) : []).toEqual([
      '/sources/acme/auth',
      '/sources/acme',
    ]);
  });

  it('fills in what the preset knows, and lets the source have the last word', () => {
    const own = one({
      ...SOURCE,
      preset: 'alertmanager',
      maxBody: 77,
      dedupeWindow: 5,
      split: 'items',
      deliveryKey: { from: 'header', name: 'X-Id' },
      keepHeaders: ['X-Trace'],
    });
    expect(own).toMatchObject({
      maxBody: 77,
      dedupeWindowMs: 5,
      keepHeaders: ['x-trace'],
      acceptedStatus: 202,
    });
    expect(own.split?.(part('{"items":[1,2]}')).map((each) => each.text)).toEqual(['1', '2']);
    const headers = { 'x-id': 'k' };
    expect(own.deliveryKey(request('{}', { headers }), part('{}'))).toMatch(/^header:k\|/);
    const preset = one({ ...SOURCE, preset: 'alertmanager' });
    expect(preset).toMatchObject({ maxBody: 4_194_304, dedupeWindowMs: 86_400_000 });
    expect(one(SOURCE)).toMatchObject({ maxBody: 1_000, keepHeaders: [] });
    expect(one({ ...SOURCE, preset: 'github', auth: { secrets: ['x'.repeat(20)] } }).keepHeaders).toContain(
      'x-github-event',
    );
  });

  it('takes the same secret from every place where the sender may put it, and from no other', async () => {
    const source = one(SOURCE);
    const secret = 'a-secret-of-some-length';
    const admitted = async (headers: Record<string, string>): Promise<boolean> =>
      (await source.authenticate(request('{}', { headers }))).ok;
    expect(await admitted({ authorization: `Bearer ${secret}` })).toBe(true);
    expect(await admitted({ 'x-api-key': secret })).toBe(true);
    expect(await admitted({ 'x-api-key': `${secret}x` })).toBe(false);
    expect(await admitted({ 'x-token': secret })).toBe(false);
    const chosen = one({ ...SOURCE, auth: { type: 'token', in: 'query', name: 'k', secrets: [secret] } });
    const query = new URLSearchParams({ k: secret });
    expect((await chosen.authenticate(request('{}', { query }))).ok).toBe(true);
    // Who names a place wants no other
    expect((await chosen.authenticate(request('{}', { headers: { 'x-api-key': secret } }))).ok).toBe(false);
  });

  it('reads a schema and an expression from files', async () => {
    const source = one(
      { ...SOURCE, schema: 's.json', routes: [{ ...ROUTE, map: 'file:m.jsonata', when: 'file:w.jsonata' }] },
      { 's.json': '{"required":["a"]}', 'm.jsonata': '{"got": a}', 'w.jsonata': 'a > 1' },
    );
    expect(source.validate({})).toHaveLength(1);
    const [route] = source.routes;
    expect(await route?.when?.({ exact: { a: 2 }, headers: {} })).toBe(true);
    expect(await route?.when?.({ exact: { a: 1 }, headers: {} })).toBe(false);
  });

  it('lets a condition speak of the common alert', async () => {
    const when = '$alert.severity in ["critical", "high"] and $source = "acme"';
    const [route] = one({ ...SOURCE, routes: [{ ...ROUTE, when }] }).routes;
    expect(await route?.when?.({ exact: { level: 'fatal' }, headers: {} })).toBe(true);
    expect(await route?.when?.({ exact: { level: 'low' }, headers: {} })).toBe(false);
  });

  it.each<[string, boolean]>([
    ['missing', false],
    ['""', false],
    ['"false"', true],
    ['0', false],
    ['[]', false],
    ['[0, 0]', false],
    ['[0, 1]', true],
    ['{}', false],
    ['{"a": 1}', true],
    ['null', false],
    ['$uppercase', false],
  ])('takes %s for %s, as $boolean does', async (when, expected) => {
    const [route] = one({
      ...SOURCE,
      routes: [
        { ...ROUTE, when },
        { ...ROUTE, name: 'b', when: `$boolean(${when})` },
      ],
    }).routes;
    expect(await route?.when?.({ exact: {}, headers: {} })).toBe(expected);
  });
});
