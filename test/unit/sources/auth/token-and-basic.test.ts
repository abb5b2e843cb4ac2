import { describe, expect, it } from 'vitest';
import type { BasicSettings, TokenSettings } from '../../../../src/model/auth-settings.js';
import { judge, request, verdict, type RequestParts } from './support.js';

const SECRETS = ['first-token', 'zweites-Wörtchen'];
const token = (over: Partial<TokenSettings> = {}): TokenSettings => ({
  type: 'token',
  in: 'header',
  name: 'x-token',
  secrets: SECRETS,
  ...over,
});
const BEARER = token({ name: 'authorization', scheme: 'Bearer' });
const QUERY = token({ in: 'query', name: 'key' });
const PATH = token({ in: 'path', name: '' });
const FIELD = token({ in: 'body', name: 'auth.token' });
const FORM = token({ in: 'body', name: 'token' });
const FORM_TYPE = { 'content-type': 'Application/x-www-form-urlencoded; charset=utf-8' };
/** UTF-8 bytes as Node shows them in a header. */
const wire = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const ROWS: readonly (readonly [string, TokenSettings, RequestParts, string])[] = [
  ['header', token(), { headers: { 'X-Token': 'first-token' } }, 'admitted 0'],
  ['header, second', token(), { headers: { 'x-token': wire('zweites-Wörtchen') } }, 'admitted 1'],
  ['header with another case', token(), { headers: { 'x-token': 'First-token' } }, 'wrong_secret'],
  ['header with the start of it', token(), { headers: { 'x-token': 'first-toke' } }, 'wrong_secret'],
  ['header with more', token(), { headers: { 'x-token': 'first-token1' } }, 'wrong_secret'],
  ['header, none', token(), {}, 'missing'],
  ['header, empty', token(), { headers: { 'x-token': '' } }, 'missing'],
  ['header, twice', token(), { headers: { 'x-token': 'first-token' }, repeated: ['x-token'] }, 'malformed'],
  ['header, 5,000 long', token(), { headers: { 'x-token': 'a'.repeat(5_000) } }, 'malformed'],
  ['header, the query does not count', token(), { query: { 'x-token': 'first-token' } }, 'missing'],
  ['scheme', BEARER, { headers: { authorization: 'Bearer first-token' } }, 'admitted 0'],
  ['scheme of another case', BEARER, { headers: { authorization: 'bEARER  first-token' } }, 'admitted 0'],
  ['another scheme', BEARER, { headers: { authorization: 'Token first-token' } }, 'malformed'],
  ['no scheme', BEARER, { headers: { authorization: 'first-token' } }, 'malformed'],
  ['scheme alone', BEARER, { headers: { authorization: 'Bearer' } }, 'malformed'],
  ['query', QUERY, { query: { key: 'first-token' } }, 'admitted 0'],
  ['query, second', QUERY, { query: { key: 'zweites-Wörtchen' } }, 'admitted 1'],
  ['query, wrong', QUERY, { query: { key: 'x' } }, 'wrong_secret'],
  ['query, none', QUERY, {}, 'missing'],
  ['query, empty', QUERY, { query: 'key=' }, 'missing'],
  ['query, twice', QUERY, { query: 'key=first-token&key=x' }, 'malformed'],
  ['path', PATH, { pathToken: 'first-token' }, 'admitted 0'],
  ['path, wrong', PATH, { pathToken: 'second' }, 'wrong_secret'],
  ['path, none', PATH, {}, 'missing'],
  ['JSON field', FIELD, { body: '{"auth":{"token":"first-token"}}' }, 'admitted 0'],
  ['JSON field, second', FIELD, { body: '{"auth":{"token":"zweites-Wörtchen"}}' }, 'admitted 1'],
  ['JSON field, wrong', FIELD, { body: '{"auth":{"token":"x"}}' }, 'wrong_secret'],
  ['JSON field, none', FIELD, { body: '{"auth":{}}' }, 'missing'],
  ['JSON field, a number', FIELD, { body: '{"auth":{"token":1}}' }, 'malformed'],
  ['JSON field, twice', FIELD, { body: '{"auth":{"token":"x","token":"first-token"}}' }, 'malformed'],
  ['JSON field, inherited', token({ in: 'body', name: 'constructor.name' }), { body: '{}' }, 'missing'],
  ['JSON field, not JSON', FIELD, { body: '{"auth":' }, 'malformed'],
  ['form field', FORM, { headers: FORM_TYPE, body: 'a=1&token=first-token' }, 'admitted 0'],
  ['form field, twice', FORM, { headers: FORM_TYPE, body: 'token=first-token&token=x' }, 'malformed'],
  ['form field, none', FORM, { headers: FORM_TYPE, body: '{"token":"first-token"}' }, 'missing'],
  ['an empty secret', token({ secrets: [''] }), { headers: { 'x-token': '' } }, 'missing'],
  ['an empty secret, something', token({ secrets: [''] }), { headers: { 'x-token': 'x' } }, 'not_configured'],
];

describe('token', () => {
  it.each(ROWS)('%s', async (_, settings, parts, expected) => {
    expect(await verdict(settings, request(parts))).toBe(expected);
  });
});

const basic: BasicSettings = {
  type: 'basic',
  username: 'monitor',
  secrets: ['first:pass', 'zweites-Wörtchen'],
};
const encoded = (text: string, scheme = 'Basic'): RequestParts => ({
  headers: { authorization: `${scheme} ${Buffer.from(text, 'utf8').toString('base64')}` },
});

describe('basic', () => {
  it.each([
    ['first password, with a colon', encoded('monitor:first:pass'), 'admitted 0'],
    ['second password', encoded('monitor:zweites-Wörtchen', 'bAsIc'), 'admitted 1'],
    ['wrong password', encoded('monitor:x'), 'wrong_secret'],
    ['no password', encoded('monitor:'), 'wrong_secret'],
    ['wrong user', encoded('admin:first:pass'), 'wrong_secret'],
    ['no colon', encoded('monitor'), 'malformed'],
    ['Bearer', encoded('monitor:first:pass', 'Bearer'), 'malformed'],
    ['not base64', { headers: { authorization: 'Basic ***' } }, 'malformed'],
    ['none', {}, 'missing'],
    ['twice', { ...encoded('monitor:first:pass'), repeated: ['authorization'] }, 'malformed'],
  ] as const)('%s', async (_, parts, expected) => {
    expect(await verdict(basic, request(parts))).toBe(expected);
  });

  it('says which half is wrong, to the operator', async () => {
    expect(await judge(basic, request(encoded('admin:first:pass')))).toMatchObject({
      detail: 'the user name is not the configured one',
    });
    expect(await judge(basic, request(encoded('monitor:x')))).toMatchObject({
      detail: 'the user name is right, the password is no live secret',
    });
  });

  it('never matches an empty secret', async () => {
    expect(await verdict({ ...basic, secrets: [''] }, request(encoded('monitor:')))).toBe('not_configured');
  });
});
