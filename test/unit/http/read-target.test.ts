import { describe, expect, it } from 'vitest';
import { readTarget } from '../../../src/http/read-target.js';

describe('the address of a hook', () => {
  it.each([
    ['/hooks/splunk', 'splunk', undefined, ''],
    ['/hooks/splunk-prod-2', 'splunk-prod-2', undefined, ''],
    ['/hooks/0', '0', undefined, ''],
    ['/hooks/splunk/Tok.en_~-1', 'splunk', 'Tok.en_~-1', ''],
    ['/hooks/splunk?key=a%20b', 'splunk', undefined, 'key=a+b'],
    ['/hooks/splunk/tok?key=a?b', 'splunk', 'tok', 'key=a%3Fb'],
    ['/hooks/splunk?', 'splunk', undefined, ''],
    ['/hooks/splunk?%E0%A4%A', 'splunk', undefined, '%EF%BF%BD%25A='],
  ])('%j', (url, source, pathToken, query) => {
    const target = readTarget(url);
    expect(target).toMatchObject({ source, pathToken });
    expect(target?.query.toString()).toBe(query);
  });

  it.each([
    '/',
    '',
    '*',
    '/hooks',
    '/hooks/',
    '/hooks/splunk/',
    '/hooks/splunk/a/b',
    '/hooks//splunk',
    '//hooks/splunk',
    '/hooks/Splunk',
    '/HOOKS/splunk',
    '/hooks/-splunk',
    '/hooks/splunk%00',
    '/hooks/s%70lunk',
    '/hooks/splunk;x',
    '/hooks/splunk#x',
    '/hooks/ｓplunk',
    '/hooks/..%2f..%2fetc%2fpasswd',
    '/hooks/../healthz',
    '/hooks/__proto__',
    '/hooks/%E0%A4%A',
    '/hooks/splunk/%2e%2e',
    '/api/hooks/splunk',
    'http://169.254.169.254/hooks/splunk',
    '/hooks/splunk\n',
  ])('%j is none', (url) => {
    expect(readTarget(url)).toBeUndefined();
  });

  it('reads no more than 50 parts of a query, as plain data', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `a[${i}]=1`).join('&');
    expect(readTarget(`/hooks/splunk?${many}`)?.query.size).toBe(50);
    const odd = readTarget('/hooks/splunk?__proto__[x]=1&a[toString]=1&constructor=2')?.query;
    expect(odd?.get('__proto__[x]')).toBe('1');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
