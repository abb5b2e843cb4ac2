import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/json.js';
import { newEventId } from '../../../src/model/ids.js';
import type { MappingSettings } from '../../../src/model/settings.js';
import { MappingError, type MappingInput } from '../../../src/model/source.js';
import { compileMapping, type MapBody } from '../../../src/sources/compile-mapping.js';
import { createEvaluation } from '../../../src/sources/evaluation.js';
import type { Preset } from '../../../src/sources/preset.js';
import { NOW } from './deps.js';

const PRESET: Preset = {
  name: 'acme',
  title: 'Acme alert',
  docs: '',
  auth: undefined,
  authAlso: [],
  contentTypes: [],
  extract: { as: 'json' },
  handshakes: [],
  pings: [],
  split: undefined,
  deliveryKeys: [],
  dedupeWindowMs: 1,
  eventType: [{ header: 'x-event' }, { body: 'action' }],
  keepHeaders: [],
  acceptedStatus: 202,
  maxBody: undefined,
  severity: { high: ['red'] },
  retries: '',
  schema: {},
  mapping: {
    title: 'name',
    severity: '$severity(colour)',
    url: 'link',
    occurred_at: 'at',
    description: 'text',
  },
  folder: '',
};
const evaluation = createEvaluation(PRESET);
const EVENT_ID = newEventId(NOW);

function mapper(mapping: MappingSettings | undefined, correlate?: string): MapBody {
  const compiled = compileMapping(mapping, correlate, evaluation);
  if (typeof compiled !== 'function') throw new Error(JSON.stringify(compiled));
  return compiled;
}

function delivery(body: string, headers: Record<string, string> = {}): MappingInput {
  return { body, headers, source: 'acme-prod', eventId: EVENT_ID, receivedAt: NOW };
}

async function mapped(mapping: MappingSettings | undefined, body: string, headers = {}): Promise<Json> {
  return JSON.parse((await mapper(mapping)(delivery(body, headers))).text) as Json;
}

describe('the common alert', () => {
  it('has all nine variables, always, as strings', async () => {
    expect(await mapped(undefined, '{}')).toEqual({
      title: 'Acme alert event',
      severity: 'unknown',
      status: '',
      source: 'acme-prod',
      source_event_id: '',
      url: '',
      occurred_at: '2026-01-02T03:04:05.000Z',
      description: '',
      raw: '{}',
    });
  });

  it('is one line of title, a known severity, a link for people and the raw text', async () => {
    const body =
      '{"name":"a\\n b","colour":"RED","link":"javascript:alert(1)","at":1767225600,"text":{"n":9007199254740993}}';
    expect(await mapped(undefined, body)).toMatchObject({
      title: 'a b',
      severity: 'high',
      url: '',
      occurred_at: '2026-01-01T00:00:00.000Z',
      description: '{"n":"9007199254740993"}',
      raw: body,
    });
  });

  it('names the kind of event where there is no title', async () => {
    expect(await mapped(undefined, '{"action":"opened"}', { 'x-event': 'issue' })).toMatchObject({
      title: 'Acme alert event: issue.opened',
    });
  });
});

describe('a mapping of a route', () => {
  it('may be one expression, or a tree of them', async () => {
    expect(await mapped('{"a": x, "b": $source}', '{"x":1}')).toEqual({ a: 1, b: 'acme-prod' });
    const tree = { host: 'x.host', 'a "b"': { deep: '$event_type', none: 'missing' }, at: '$received_at' };
    expect(await mapped(tree, '{"x":{"host":"h"},"action":"go"}')).toEqual({
      host: 'h',
      'a "b"': { deep: 'go' },
      at: '2026-01-02T03:04:05.000Z',
    });
  });

  it('sees the common alert, the headers, the id and the raw text', async () => {
    const tree = { s: '$alert.severity', h: '$headers."x-event"', e: '$event_id', r: '$raw' };
    expect(await mapped(tree, '{"colour":"red"}', { 'x-event': 'y' })).toEqual({
      s: 'high',
      h: 'y',
      e: EVENT_ID,
      r: '{"colour":"red"}',
    });
  });

  it('may hold lists that the expression made', async () => {
    expect(
      await mapped({ n: 'list.n', m: 'list[n > 1].(n * 2)' }, '{"list":[{"n":1},{"n":2},{"n":3}]}'),
    ).toEqual({
      n: [1, 2, 3],
      m: [4, 6],
    });
  });

  it('is sent byte for byte as raw, a list inside an object', async () => {
    const body = '{ "n": 9007199254740993,\n "e": 1.0 }';
    expect((await mapper('raw')(delivery(body))).text).toBe(body);
    expect((await mapper('raw')(delivery(' [1.0, 2 ]'))).text).toBe('{"events": [1.0, 2 ]}');
  });

  it('carries the event id where it is to be found again', async () => {
    const { text } = await mapper({ a: '1' }, 'bridge_event')(delivery('{}'));
    expect(JSON.parse(text)).toEqual({ a: 1, bridge_event: EVENT_ID });
    expect(compileMapping('raw', 'bridge_event', evaluation)).toMatchObject([{ pointer: '' }]);
  });

  it('gives the same text for the same event', async () => {
    const map = mapper({ a: '$merge([{"x": 1}, $])', b: '$distinct(list)' });
    const input = delivery('{"z":1,"y":2,"list":[3,3,1]}');
    expect((await map(input)).text).toBe((await map(input)).text);
  });

  it.each<[string, MappingSettings, string]>([
    ['no object', 'name', '{"name":"x"}'],
    ['nothing', 'missing', '{}'],
    ['a list', '[1, 2]', '{}'],
    ['a function', '{"f": $uppercase}', '{}'],
    ['a lambda', '{"f": function($x) { $x }}', '{}'],
    ['more than 1 MiB', '{"a": $pad("", 1100000, "x")}', '{}'],
    ['a failing leaf', { a: '"x" + 1' }, '{}'],
  ])('fails with MappingError for %s', async (_, mapping, body) => {
    await expect(mapper(mapping)(delivery(body))).rejects.toBeInstanceOf(MappingError);
  });

  it('fails with MappingError for an edited body that is no JSON', async () => {
    await expect(mapper({ a: '1' })(delivery('{"a":'))).rejects.toBeInstanceOf(MappingError);
  });

  it('reports every leaf that is wrong, where it stands', () => {
    const faults = compileMapping(
      { a: '(', b: { 'c/d': '1 +' }, ok: '1', ['__proto__x']: '1' },
      undefined,
      evaluation,
    );
    expect(typeof faults === 'function' ? [] : faults.map((fault) => fault.pointer)).toEqual([
      '/a',
      '/b/c~1d',
    ]);
  });

  it('does not let a leaf end another one', () => {
    expect(typeof compileMapping({ a: '1), "b": (2' }, undefined, evaluation)).toBe('object');
  });

  it('refuses a variable named __proto__', () => {
    const tree = JSON.parse('{"__proto__":"1"}') as MappingSettings;
    expect(compileMapping(tree, undefined, evaluation)).toMatchObject([{ pointer: '/__proto__' }]);
  });
});
