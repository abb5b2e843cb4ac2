import { describe, expect, it } from 'vitest';
import { loadPresets } from '../../../src/sources/load-presets.js';
import { trialSource } from '../../../src/sources/trial-source.js';
import { trySource, type TriedRequest } from '../../../src/sources/try-source.js';
import type { Source } from '../../../src/model/source.js';
import { MappingError } from '../../../src/model/source.js';
import { fakeDeps } from './deps.js';
import { request } from './requests.js';

const loaded = loadPresets('schemas');

function source(name: string): Source {
  const preset = loaded.ok ? loaded.library.get(name) : undefined;
  const made = preset === undefined ? [] : trialSource(preset, fakeDeps());
  if (!('routes' in made)) throw new Error(name);
  return made;
}

function tried(of: Source, body: string, headers: Record<string, string> = {}): Promise<TriedRequest> {
  const described = (endpoint: { kind: string; id: string }) => ({
    method: 'POST',
    path: `/${endpoint.kind}/${endpoint.id}`,
    headers: { 'content-type': 'application/json' },
  });
  return trySource(of, request(body, { headers: { 'content-type': 'application/json', ...headers } }), {
    describe: described,
  });
}

const failed = ({ stages }: TriedRequest): string[] =>
  stages.filter((each) => !each.ok).map((each) => each.name);

describe('trySource', () => {
  it('shows each stage and the exact request', async () => {
    const result = await tried(source('generic'), '{"title":"t","severity":"high"}');
    expect(result.ok).toBe(true);
    expect(result.stages.map((stage) => stage.name)).toEqual([
      'address',
      'headers',
      'authenticate',
      'parse',
      'handshake',
      'split',
      'validate',
      'delivery key',
      'route default',
      'map default',
    ]);
    expect(result.deliveries).toMatchObject([
      { event: 0, route: 'default', request: { path: '/workflow/trial' } },
    ]);
    expect(JSON.parse(result.deliveries[0]?.request.body ?? '')).toMatchObject({
      title: 't',
      severity: 'high',
    });
  });

  it('goes on after a refusal of the sender, so that a body can be tried without a signature', async () => {
    const refused: Source = {
      ...source('generic'),
      authenticate: () => ({ ok: false, cause: 'missing', detail: 'no header' }),
      addressAllowed: () => false,
    };
    const result = await tried(refused, '{"title":"t"}');
    expect(result.ok).toBe(false);
    expect(failed(result)).toEqual(['address', 'authenticate']);
    expect(result.deliveries).toHaveLength(1);
  });

  it('ends where there is nothing to go on with', async () => {
    expect(failed(await tried(source('generic'), '{"a":'))).toEqual(['parse']);
    const ping = await tried(source('github'), '{"zen":"x"}', { 'x-github-event': 'ping' });
    expect(ping.stages.at(-1)).toMatchObject({ name: 'handshake', detail: 'ignored: answered with 202' });
    expect(ping.deliveries).toEqual([]);
  });

  it('judges the elements of a batch one by one', async () => {
    const alert = { status: 'firing', labels: { alertname: 'A' }, startsAt: '2026-01-01T00:00:00Z' };
    const result = await tried(
      source('alertmanager'),
      JSON.stringify({ alerts: [alert, { status: 'firing' }] }),
    );
    expect(failed(result)).toEqual(['validate 1']);
    expect(result.deliveries.map((each) => each.event)).toEqual([0]);
  });

  it('says why a condition or a mapping fails', async () => {
    const base = source('generic');
    const [route] = base.routes;
    if (route === undefined) throw new Error('no route');
    const fail = (): Promise<never> => Promise.reject(new MappingError('no such thing'));
    const result = await tried({ ...base, routes: [{ ...route, when: fail, map: fail }] }, '{}');
    expect(failed(result)).toEqual(['route default', 'map default']);
    const never = await tried({ ...base, routes: [{ ...route, when: () => Promise.resolve(false) }] }, '{}');
    expect(never).toMatchObject({ ok: true, deliveries: [] });
  });
});
