import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/model/problem.js';
import { compileDeliveryKey } from '../../../src/sources/delivery-key.js';
import { compileExtract } from '../../../src/sources/extract-body.js';
import { compileSplit } from '../../../src/sources/split-body.js';
import { part, request } from './requests.js';

describe('compileDeliveryKey', () => {
  const key = compileDeliveryKey(
    [
      { from: 'header', name: 'X-Delivery' },
      { from: 'body', paths: ['id', 'change.id?', 'labels?'] },
    ],
    false,
  );
  const of = (body: string, headers: Record<string, string> = {}): string =>
    key(request(body, { headers }), part(body));

  it('takes the header first, then the paths, then a hash', () => {
    expect(of('{"id":1}', { 'x-delivery': ' d-1 ' })).toBe('header:d-1');
    expect(of('{"id":1}', { 'x-delivery': '' })).toBe('body:1||');
    expect(of('{"id":1,"change":{"id":2}}')).toBe('body:1|2|');
    expect(of('{"id":null}')).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('counts objects by their content, in any order', () => {
    expect(of('{"id":1,"labels":{"a":1,"b":[2]}}')).toBe(of('{"id":1,"labels":{"b":[2],"a":1}}'));
    expect(of('{"id":1,"labels":{"a":1}}')).not.toBe(of('{"id":1,"labels":{"a":2}}'));
    expect(of('{"id":1,"labels":{"__proto__":1}}')).not.toBe(of('{"id":1,"labels":{}}'));
  });

  it('keeps every digit of a large number', () => {
    expect(of('{"id":9007199254740993}')).toBe('body:9007199254740993||');
  });

  it('never makes one key of two lists of values', () => {
    const two = compileDeliveryKey([{ from: 'body', paths: ['a', 'b'] }], false);
    const keyOf = (a: string, b: string): string => {
      const body = JSON.stringify({ a, b });
      return two(request(body), part(body));
    };
    expect(keyOf('x|y', 'z')).not.toBe(keyOf('x', 'y|z'));
    const text = fc.string({ minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        expect(keyOf(a, b) === keyOf(c, d)).toBe(a === c && b === d);
      }),
    );
  });

  it('stays within 300 characters', () => {
    const long = of(`{"id":"${'x'.repeat(400)}"}`);
    expect(long.length).toBeLessThanOrEqual(300);
    expect(long).not.toBe(of(`{"id":"${'x'.repeat(401)}"}`));
  });

  it('tells the elements of a batch apart where the key is a header', () => {
    const batch = compileDeliveryKey([{ from: 'header', name: 'x-delivery' }], true);
    const headers = { 'x-delivery': 'd-1' };
    const first = batch(request('[]', { headers }), part('{"a":1}'));
    expect(first).not.toBe(batch(request('[]', { headers }), part('{"a":2}')));
    expect(first).toBe(batch(request('[]', { headers }), part('{"a":1}')));
  });

  it('can make an event of every request', () => {
    const each = compileDeliveryKey([{ from: 'request' }], false);
    expect(each(request('{}', { id: 'req_a' }), part('{}'))).not.toBe(
      each(request('{}', { id: 'req_b' }), part('{}')),
    );
  });
});

describe('compileSplit', () => {
  it('keeps the exact text of each element', () => {
    const split = compileSplit({ path: 'data.events', envelope: [] });
    const parts = split(part('{"data":{"events":[ {"n": 9007199254740993} , [1, 2] ,"x"]}}'));
    expect(parts.map((each) => each.text)).toEqual(['{"n": 9007199254740993}', '[1, 2]', '"x"']);
    expect(parts[0]?.exact).toEqual({ n: '9007199254740993' });
    expect(parts[1]?.value).toEqual([1, 2]);
  });

  it('adds what stands around the array, digits and all', () => {
    const split = compileSplit({ path: 'alerts', envelope: ['groupKey', 'missing', 'toString'] });
    const parts = split(
      part('{"groupKey": 5615590933959184469, "toString": {"a": 1}, "alerts": [{"x": 1 }, {}, 7]}'),
    );
    const envelope = '"_envelope":{"groupKey":5615590933959184469,"toString":{"a": 1}}';
    expect(parts.map((each) => each.text)).toEqual([`{"x": 1,${envelope}}`, `{${envelope}}`, '7']);
    for (const each of parts) expect(part(`[${each.text}]`).exact).toEqual([each.exact]);
  });

  it('leaves an element alone that has such a member already', () => {
    const split = compileSplit({ path: '.', envelope: ['a'] });
    expect(split(part('[{"_envelope": 1}]')).map((each) => each.text)).toEqual(['{"_envelope": 1}']);
  });

  it.each(['{}', '{"alerts":{}}', '{"alerts":[]}', '[]', '{"alerts":null}'])('keeps %s whole', (text) => {
    const body = part(text);
    expect(compileSplit({ path: 'alerts', envelope: [] })(body)).toEqual([body]);
  });

  it('gives the values that the texts have', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 5 }),
        (list) => {
          const text = JSON.stringify({ around: { a: 1 }, list });
          if (/\\u[dD]/.test(text)) return;
          const parts = compileSplit({ path: 'list', envelope: ['around'] })(part(text));
          expect(parts).toHaveLength(list.length);
          for (const each of parts) expect(each.value).toEqual(JSON.parse(each.text));
        },
      ),
    );
  });
});

describe('compileExtract', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

  it('leaves JSON as it is, but for a byte order mark', () => {
    const extract = compileExtract({ as: 'json' });
    expect(extract(request('\ufeff{"a": 1}'))).toBe('{"a": 1}');
  });

  it('takes the field of a form that holds JSON', () => {
    const extract = compileExtract({ as: 'form', field: 'payload', otherwise: 'refuse' });
    expect(extract(request('x=1&payload=%7B%22a%22%3A+1%7D', { headers: form }))).toBe('{"a": 1}');
    expect(extract(request('{"a":1}'))).toBe('{"a":1}');
    expect(() => extract(request('x=1', { headers: form }))).toThrow(Problem);
  });

  it('takes the fields themselves where that is agreed, whatever they are called', () => {
    const extract = compileExtract({ as: 'form', field: 'payload', otherwise: 'fields' });
    const text = extract(request('__proto__=a&toString=b&c%5Bd%5D=1&c%5Bd%5D=2', { headers: form }));
    expect(text).toBe('{"__proto__":"a","toString":"b","c[d]":["1","2"]}');
    expect(Object.keys(JSON.parse(text) as object)).toContain('__proto__');
  });

  it('refuses a form of very many fields', () => {
    const extract = compileExtract({ as: 'form', field: undefined, otherwise: 'fields' });
    const body = 'a=1&'.repeat(1_001);
    expect(() => extract(request(body, { headers: form }))).toThrow(Problem);
  });

  it('puts a binary CloudEvent together', () => {
    const extract = compileExtract({ as: 'cloudevents' });
    const headers = { 'ce-specversion': '1.0', 'ce-id': 'a%20b', 'ce-type': 't', 'ce-source': '/s' };
    const json = { ...headers, 'content-type': 'application/json' };
    expect(extract(request('{"n": 9007199254740993}', { headers: json }))).toBe(
      '{"specversion":"1.0","id":"a b","type":"t","source":"/s","datacontenttype":"application/json","data":{"n": 9007199254740993}}',
    );
    const text = extract(request('hello', { headers: { ...headers, 'content-type': 'text/plain' } }));
    expect(JSON.parse(text)).toMatchObject({ id: 'a b', data: 'hello' });
    const structured = { ...headers, 'content-type': 'application/cloudevents+json' };
    expect(extract(request('{"id":"1"}', { headers: structured }))).toBe('{"id":"1"}');
  });
});
