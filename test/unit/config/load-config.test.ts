import { describe, expect, it } from 'vitest';
import { config, faults, good, TARGET, warnings } from './load.js';

const ROUTES = (...routes: string[]): string =>
  `${TARGET}sources:\n  a:\n    routes:\n${routes.map((route) => `      - ${route}\n`).join('')}`;

describe('loadConfig', () => {
  it('fills in every default, in milliseconds and bytes', () => {
    expect(config('log: {}\n')).toEqual({
      redis: { url: 'redis://127.0.0.1:6379', mode: 'single', nodes: [], prefix: 'bridge' },
      http: { host: '0.0.0.0', port: 8080, maxBody: 1_048_576, trustProxy: [], maxConnections: 10_000 },
      ops: { host: '127.0.0.1', port: 8081, tokens: [] },
      spool: { dir: 'data/spool', maxBytes: 1_073_741_824 },
      storage: { compressAbove: 4_096, encryption: { keys: [] } },
      retention: { delivered: 7 * 86_400_000, dead: 30 * 86_400_000, rejected: 7 * 86_400_000 },
      log: { level: 'info' },
      targets: [],
      sources: [],
    });
  });

  it('fills in the defaults of targets, sources and routes', () => {
    const { targets, sources } = config(ROUTES('{ workflow: w-1 }'));
    expect(targets).toEqual([
      {
        name: 'soar',
        type: 'komand',
        url: 'https://komand.example.com',
        publicUrl: 'https://komand.example.com',
        username: 'bridge',
        password: 'pass-from-env',
        tokenAs: 'bearer',
        tls: { insecureSkipVerify: false },
        timeout: 30_000,
        concurrency: 32,
        sessionMax: 1_800_000,
      },
    ]);
    expect(sources).toEqual([
      {
        name: 'a',
        preset: 'generic',
        allowIps: [],
        onInvalid: 'reject',
        keepHeaders: [],
        routes: [
          {
            name: 'default',
            target: 'soar',
            endpoint: 'workflow',
            endpointId: 'w-1',
            onAmbiguous: 'reconcile',
            maxAttempts: 20,
            giveUpAfter: 72 * 3_600_000,
          },
        ],
      },
    ]);
  });

  it('reads what is written, in the program’s own units and names', () => {
    const written = `
redis: { mode: sentinel, master_name: main, nodes: ["r1:26379"], tls: { ca_file: ca.pem } }
http: { max_body: 256KiB, trust_proxy: [10.0.0.0/8, "::1"] }
targets:
  soar: { url: https://k.example.com, username: u, password: "\${env:PW}", rate_limit: 600/m, timeout: 500ms }
sources:
  a:
    preset: splunk
    auth:
      type: hmac
      id_header: X-Id
      secret_encoding: base64
      timestamp: { from: header, name: X-Time, format: unix-s, tolerance: 10m }
      secrets: ["\${env:PW}"]
    dedupe_window: 0s
    keep_headers: [X-Region]
    map: { title: name, host: { ip: address } }
    routes: [{ trigger: t-1, when: "a = 1", on_ambiguous: park, give_up_after: 1h }]
`;
    const { redis, http, targets, sources } = config(written);
    expect(redis).toMatchObject({ masterName: 'main', nodes: ['r1:26379'], tls: { caFile: 'ca.pem' } });
    expect(http).toMatchObject({ maxBody: 262_144, trustProxy: ['10.0.0.0/8', '::1'] });
    expect(targets[0]).toMatchObject({ rateLimit: 10, timeout: 500 });
    expect(sources[0]).toMatchObject({
      auth: {
        type: 'hmac',
        idHeader: 'X-Id',
        secretEncoding: 'base64',
        timestamp: { from: 'header', name: 'X-Time', format: 'unix-s', tolerance: 600_000 },
        secrets: ['pass-from-env'],
      },
      dedupeWindow: 0,
      keepHeaders: ['x-region'],
      map: { title: 'name', host: { ip: 'address' } },
      routes: [
        {
          endpoint: 'trigger',
          endpointId: 't-1',
          when: 'a = 1',
          onAmbiguous: 'park',
          giveUpAfter: 3_600_000,
        },
      ],
    });
  });

  it.each([
    ['{ header: X-Event }', { from: 'header', name: 'x-event' }],
    ['{ body: id }', { from: 'body', paths: ['id'] }],
    ['{ body: [id, at] }', { from: 'body', paths: ['id', 'at'] }],
    ['hash', { from: 'hash' }],
  ])('reads delivery_key: %s', (written, expected) => {
    expect(config(`sources: { a: { delivery_key: ${written} } }`).sources[0]?.deliveryKey).toEqual(expected);
  });

  it('leaves the mechanism of a source to its preset, and takes "none" for a word', () => {
    const { sources } = config(
      'sources: { a: { auth: { secrets: ["${env:PW}"] } }, b: { auth: none }, c: {} }',
    );
    expect(sources.map((source) => source.auth)).toEqual([
      { secrets: ['pass-from-env'] },
      { type: 'none' },
      undefined,
    ]);
  });

  it.each([
    [['{ workflow: w }'], ['default']],
    [
      ['{ workflow: w, name: high }', '{ workflow: w }'],
      ['high', 'default'],
    ],
    [
      ['{ workflow: w }', '{ workflow: w, name: mid }', '{ trigger: t }'],
      ['route-1', 'mid', 'route-3'],
    ],
  ])('names routes %j', (routes, names) => {
    expect(config(ROUTES(...routes)).sources[0]?.routes.map((route) => route.name)).toEqual(names);
  });

  it('reconciles workflows and retries triggers where nothing is said', () => {
    const routes = config(ROUTES('{ workflow: w, name: a }', '{ trigger: t, name: b }')).sources[0]?.routes;
    expect(routes?.map((route) => route.onAmbiguous)).toEqual(['reconcile', 'retry']);
  });

  it('freezes everything', () => {
    const loaded = config(ROUTES('{ workflow: w, map: { a: { b: c } } }'));
    const unfrozen: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) unfrozen.push(path);
      for (const [key, child] of Object.entries(value)) visit(child, `${path}/${key}`);
    };
    visit(loaded, '');
    expect(unfrozen).toEqual([]);
  });

  it('takes sources by names that every object has', () => {
    const { sources } = config('sources: { constructor: { auth: none }, valueof: {} }');
    expect(sources.map((source) => source.name)).toEqual(['constructor', 'valueof']);
  });

  it('finds the line of the nearest ancestor', () => {
    const { lineOf } = good(ROUTES('{ workflow: w }', '{ trigger: t,\n          name: x }'));
    expect(lineOf('/sources/a/routes/0/when')).toBe(6);
    expect(lineOf('/sources/a/routes/1/name')).toBe(8);
    expect(lineOf('/sources/zzz')).toBe(3);
    expect(lineOf('/nothing')).toBeUndefined();
  });

  describe('setup', () => {
    const setup = {
      redis: { url: 'redis://127.0.0.1:7777' },
      targets: { simulator: { url: 'http://127.0.0.1:7778', username: 'u', password: 'p' } },
      ops: { tokens: [{ name: 'demo', role: 'operator', token: 't' }] },
    };

    it('provides what the file does not', () => {
      const loaded = good('sources: { a: { routes: [{ workflow: w }] } }', { setup });
      expect(loaded.config.redis.url).toBe('redis://127.0.0.1:7777');
      expect(loaded.config.sources[0]?.routes[0]?.target).toBe('simulator');
      expect(loaded.origins.get('/redis/url')).toBe('setup');
      expect(loaded.warnings).toEqual([]);
    });

    it('is weaker than the file and the environment', () => {
      const file = `redis: { url: redis://file }\n${TARGET}`;
      expect(config(file, { setup }).redis.url).toBe('redis://file');
      expect(config(file, { setup }).targets.map((target) => target.name)).toEqual(['soar']);
      expect(config('log: {}', { setup, env: { REDIS_URL: 'redis://env' } }).redis.url).toBe('redis://env');
      const cluster = good('redis: { mode: cluster, nodes: ["r:1"] }', { setup });
      expect(cluster.origins.get('/redis/url')).toBe('default');
    });

    it('is taken literally and named in faults', () => {
      const odd = { redis: { url: '${env:NOPE}' } };
      expect(faults('log: {}', { setup: odd })).toEqual([
        'setup /redis/url: must be an address that begins with redis:// or rediss://',
      ]);
    });
  });

  it('warns of what works and is not safe', () => {
    const text = `
redis: { password: literal }
ops: { tokens: [{ name: a, role: viewer, token: literal }] }
targets: { k: { url: http://k.example.com, username: u, password: literal, tls: { insecure_skip_verify: true } } }
sources: { a: { auth: { secrets: ["\${env:PW}", literal] } } }
`;
    const secret = 'is a secret written into the file; use ${env:NAME} or ${file:/path}';
    expect(warnings(text)).toEqual([
      `bridge.yaml:2 /redis/password: ${secret}`,
      `bridge.yaml:3 /ops/tokens/0/token: ${secret}`,
      `bridge.yaml:4 /targets/k/password: ${secret}`,
      'bridge.yaml:4 /targets/k/url: is not https: the password crosses the network in the clear',
      'bridge.yaml:4 /targets/k/tls/insecure_skip_verify: trusts whoever answers; a ca_file or a fingerprint is safer',
      `bridge.yaml:5 /sources/a/auth/secrets/1: ${secret}`,
    ]);
  });
});
