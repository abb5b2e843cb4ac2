import type { Attack } from './attack.js';
import { freshBody, signed } from './requests.js';

const GOOD = '{"id":"path"}';

const lost = (id: string, path: string): Attack => ({
  id,
  title: path.length > 60 ? `${path.slice(0, 60)}…` : path,
  input: () => signed(GOOD, [], Buffer.from(path).toString('latin1')),
  expect: { statuses: [404], code: 'unknown_source' },
});
const unmoved = (id: string, title: string, headers: readonly string[], path?: string): Attack => ({
  id,
  title,
  input: () => signed(freshBody(), headers, path),
  expect: { statuses: [202] },
  stored: 1,
});

/** P: paths, queries and headers. */
export const PATH_ATTACKS: readonly Attack[] = [
  lost('P-1', '/hooks/..%2f..%2fetc%2fpasswd'),
  lost('P-1', '/hooks/../../etc/passwd'),
  lost('P-1', '/hooks/other/../alarms'),
  lost('P-2', '/hooks/%E0%A4%A'),
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueof'].map((name) =>
    lost('P-3', `/hooks/${name}`),
  ),
  ...['Alarms', 'alarms%00', 'alarms;x', 'alarms/', '/alarms', 'al%61rms', 'alarms%20'].map((name) =>
    lost('P-4', `/hooks/${name}`),
  ),
  lost('P-4', '//hooks/alarms'),
  ...['/', '/hooks', '/hooks/', '/metrics', '/api/v1/deliveries', '/healthz/../hooks/alarms'].map((path) =>
    lost('P-6', path),
  ),
  unmoved('P-7', '2,000 query fields', [], `/hooks/alarms?${'a[]=1&'.repeat(2_000)}`),
  unmoved('P-7', 'object members in the query', [], '/hooks/alarms?a[toString]=1&__proto__[x]=1'),
  unmoved('P-8', 'headers that rewrite a request', [
    'X-HTTP-Method-Override: DELETE',
    'X-Original-URL: /hooks/other',
    'X-Rewrite-URL: /hooks/other',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: https',
  ]),
  unmoved('P-9', 'a malformed traceparent', ['traceparent: 00-zz']),
  unmoved('P-9', 'a traceparent of 10 kB', [`traceparent: ${'0'.repeat(10_000)}`]),
  unmoved('P-9', 'a traceparent of zeros', [`traceparent: 00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`]),
  {
    ...unmoved('P-10', 'a request id of its own', [
      'X-Request-Id: mine',
      `X-Request-Id: ${'i'.repeat(10_000)}`,
    ]),
    hidden: 'mine',
  },
];
