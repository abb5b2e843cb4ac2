import { describe, expect, it } from 'vitest';
import { faults, TARGET } from './load.js';

const route = (text: string): string => `${TARGET}sources: { a: { routes: [${text}] } }`;
const source = (text: string): string => `sources: { a: { ${text} } }`;
const target = (text: string): string =>
  `targets: { k: { username: u, password: "\${env:PW}", url: "https://k.example.com", ${text} } }`;

describe('faults of a configuration', () => {
  it('are reported all at once, each with its line and what was probably meant', () => {
    const text = `redis: { prefix: "a:b" }
http:
  prot: 8080
  port: "80"
ops:
  host: 0.0.0.0
soures: {}
log: { level: wran }
targets:
  soar: { url: ftp://x, username: "\${env:MISSING}", password: "\${file:/missing}" }
sources:
  a:
    preset: splnk
    routes:
      - { workflow: w, trigger: t }
      - { workflow: w, target: saor }
`;
    expect(faults(text, { env: { BRIDGE_HTP_PORT: '1' } })).toEqual([
      'environment BRIDGE_HTP_PORT: is not a setting (did you mean "BRIDGE_HTTP_PORT"?)',
      'bridge.yaml:1 /redis/prefix: must be text without {, }, : and spaces',
      'bridge.yaml:3 /http/prot: is not a setting (did you mean "port"?)',
      'bridge.yaml:4 /http/port: must be a whole number from 0 to 65535, and is text',
      'bridge.yaml:6 /ops/host: is not loopback, so ops needs tokens: the operations listener never runs open',
      'bridge.yaml:7 /soures: is not a setting (did you mean "sources"?)',
      'bridge.yaml:8 /log/level: must be one of error, warn, info, debug (did you mean "warn"?)',
      'bridge.yaml:10 /targets/soar/username: needs the environment variable MISSING, which is not set',
      'bridge.yaml:10 /targets/soar/password: needs the file /missing, which cannot be read',
      'bridge.yaml:10 /targets/soar/url: must be an address that begins with https:// or http://',
      'bridge.yaml:13 /sources/a/preset: is no preset; `komand-bridge presets list` shows them (did you mean "splunk"?)',
      'bridge.yaml:15 /sources/a/routes/0: needs exactly one of "workflow" and "trigger"',
      'bridge.yaml:16 /sources/a/routes/1/target: is no target of this file (did you mean "soar"?)',
    ]);
  });

  it.each([
    ['redis: { url: "http://x" }', '/redis/url: must be an address that begins with redis:// or rediss://'],
    ['redis: { mode: sentinel, nodes: ["a:1"] }', '/redis: needs "master_name" when mode is sentinel'],
    ['redis: { mode: sentinel, master_name: m }', '/redis: needs "nodes" when mode is sentinel'],
    ['redis: { nodes: [host] }', '/redis/nodes/0: must be host:port'],
    ['redis: { password: "" }', '/redis/password: must not be empty'],
    ['http: { port: 65536 }', '/http/port: must be a whole number from 0 to 65535'],
    ['http: { port: 8081 }', '/ops/port: is the port of http; the two listeners need one each'],
    ['http: { max_body: 1MB }', '/http/max_body: must be a size such as 256KiB, 1MiB or a number of bytes'],
    [
      'http: { trust_proxy: [10.0.0.0/33] }',
      '/http/trust_proxy/0: must be an address or a CIDR range such as 10.0.0.0/8',
    ],
    ['http: { tls: { cert_file: c } }', '/http/tls: needs "key_file"'],
    ['http: []', '/http: must be a block of settings, and is a list'],
    [
      'retention: { dead: 7 }',
      '/retention/dead: must be a duration such as 500ms, 30s, 15m or 7d, and is a number',
    ],
    ['retention: { dead: 0s }', '/retention/dead: must be from 1s to 3650d'],
    [
      'ops: { tokens: [{ name: a, role: admin, token: "${env:PW}" }] }',
      '/ops/tokens/0/role: must be one of viewer, operator',
    ],
    ['ops: { tokens: [{ name: a, role: viewer, token: "" }] }', '/ops/tokens/0/token: must not be empty'],
    [
      'ops: { tokens: [{ name: a, role: viewer, token: x }, { name: a, role: viewer, token: y }] }',
      '/ops/tokens/1/name: is the same as that of token 0',
    ],
    [
      'ops: { tokens: [{ name: a, role: viewer, token: x }, { name: b, role: operator, token: x }] }',
      '/ops/tokens/1/token: is the same as that of token 0',
    ],
    [
      target('public_url: "https://u:p@k.example.com"'),
      '/targets/k/public_url: must not hold a user or a password; use username and password',
    ],
    [
      target('public_url: "https://k.example.com/?a=1"'),
      '/targets/k/public_url: must end with its path, without ? and #',
    ],
    [
      target('public_url: "https://"'),
      '/targets/k/public_url: is not a complete address; it is like https://komand.example.com',
    ],
    [target('rate_limit: 0/s'), '/targets/k/rate_limit: must be from 1/h to 100000/s'],
    [target('concurrency: 0'), '/targets/k/concurrency: must be a whole number from 1 to 10000'],
    [
      target('tls: { fingerprint: "AB:CD" }'),
      '/targets/k/tls/fingerprint: must be a SHA-256 in hex (64 digits, with or without colons)',
    ],
    ['targets: { k: {} }', '/targets/k: needs "url"'],
    [
      'targets: { K_1: {} }',
      '/targets/K_1: must be called by a name of at most 40 lower-case letters, digits and hyphens',
    ],
    [
      'sources: { "a b": {} }',
      '/sources: has an entry whose name is not a name of at most 40 lower-case letters, digits and hyphens',
    ],
    [source('auth: nnoe'), '/sources/a/auth: must be none or a block of settings (did you mean "none"?)'],
    [source('auth: { secrets: [] }'), '/sources/a/auth/secrets: must not be empty'],
    [source('auth: { secrets: [""] }'), '/sources/a/auth/secrets/0: must not be empty'],
    [
      source('auth: { secrets: [12345] }'),
      '/sources/a/auth/secrets/0: must be text, and is a number (quotes make it text)',
    ],
    [
      source('auth: { type: mtls, allowed: [x], header: X-Dn }'),
      '/sources/a/auth/header: needs http.trust_proxy: anybody else could send this header',
    ],
    [
      target('allow_ips: [10.0.0.0/33]'),
      '/targets/k/allow_ips/0: must be an address or a CIDR range such as 10.0.0.0/8',
    ],
    [target('allow_ips: []'), '/targets/k/allow_ips: must not be empty'],
    [
      source('allow_ips: [1.2.3]'),
      '/sources/a/allow_ips/0: must be an address or a CIDR range such as 10.0.0.0/8',
    ],
    [source('delivery_key: {}'), '/sources/a/delivery_key: needs exactly one of "header" and "body"'],
    [
      source('delivery_key: { header: a, body: b }'),
      '/sources/a/delivery_key: needs exactly one of "header" and "body"',
    ],
    [
      source('map: { title: 1 }'),
      '/sources/a/map/title: must be an expression, or a block whose values are expressions, and is a number (quotes make it text)',
    ],
    [
      source('routes: [{ workflow: w }]'),
      '/sources/a/routes/0: leads nowhere: there is no target; name one under "targets"',
    ],
    [route('{ name: x }'), '/sources/a/routes/0: needs exactly one of "workflow" and "trigger"'],
    [route('{ workflow: "" }'), '/sources/a/routes/0/workflow: must not be empty'],
    [
      route(`{ workflow: ${'x'.repeat(201)} }`),
      '/sources/a/routes/0/workflow: must be at most 200 characters long',
    ],
    [route('{ workflow: "a\\nb" }'), '/sources/a/routes/0/workflow: must be an id of at most 200 characters'],
    [
      route('{ workflow: w, name: x }, { trigger: t, name: x }'),
      '/sources/a/routes/1/name: is called "x" like route 0; names must differ within a source',
    ],
    [
      route('{ workflow: w, name: default }, { trigger: t }'),
      '/sources/a/routes/1/name: is called "default" like route 0; names must differ within a source',
    ],
    [
      route('{ workflow: w, max_attempts: 0 }'),
      '/sources/a/routes/0/max_attempts: must be a whole number from 1 to 1000',
    ],
  ])('%s', (text, expected) => {
    expect(faults(text).map((line) => line.replace(/^bridge\.yaml(:\d+)? /, ''))).toContain(expected);
  });

  it('asks for a target where there are several', () => {
    const two = `${TARGET}  lab: { url: "https://lab.example.com", username: u, password: "\${env:PW}" }\n`;
    expect(faults(`${two}sources: { a: { routes: [{ workflow: w }] } }`)).toEqual([
      'bridge.yaml:4 /sources/a/routes/0: needs "target", because there are several: soar, lab',
    ]);
  });

  it('lets ops leave the machine with tokens, and listeners share a port on different addresses', () => {
    expect(faults('ops: { host: 0.0.0.0, tokens: [{ name: a, role: viewer, token: x }] }')).toEqual([]);
    expect(faults('http: { host: 192.0.2.1, port: 8081 }')).toEqual([]);
  });

  it('never show a value or an odd key', () => {
    const wrong = `"root:$6$hash:19000::": 1\npassword: hunter2\nredis: { password: [hunter2], url: "redis//:hunter2@x" }`;
    expect(faults(wrong).length).toBeGreaterThanOrEqual(4);
    expect(faults(wrong).join('\n')).not.toMatch(/hunter2|hash/);
  });
});
