import { describe, expect, it } from 'vitest';
import { pathOf, valueAt } from '../../../src/config/pointer.js';
import { config, faults, good, load, TARGET } from './load.js';

const FILE = `${TARGET}http: { port: 1000 }
sources:
  splunk-prod:
    auth: { secrets: ["\${env:PW}"] }
    routes:
      - { name: high, workflow: w }
      - { name: rest, trigger: t, map: { Title: name } }
`;

describe('the environment', () => {
  it.each([
    ['BRIDGE_HTTP_PORT', '2000', '/http/port', 2000],
    ['BRIDGE_OPS_PORT', '0', '/ops/port', 0],
    ['BRIDGE_HTTP_MAX_BODY', '2MiB', '/http/max_body', '2MiB'],
    ['BRIDGE_HTTP_MAX_BODY', '4096', '/http/max_body', '4096'],
    ['BRIDGE_HTTP_TRUST_PROXY', '10.0.0.0/8, 192.0.2.1', '/http/trust_proxy/1', '192.0.2.1'],
    ['BRIDGE_TARGETS_SOAR_URL', 'https://x.example.com', '/targets/soar/url', 'https://x.example.com'],
    ['BRIDGE_TARGETS_SOAR_TLS_CA_FILE', 'ca.pem', '/targets/soar/tls/ca_file', 'ca.pem'],
    ['BRIDGE_TARGETS_SOAR_TLS_INSECURE_SKIP_VERIFY', 'true', '/targets/soar/tls/insecure_skip_verify', true],
    ['BRIDGE_SOURCES_SPLUNK_PROD_MAX_BODY', '1KiB', '/sources/splunk-prod/max_body', '1KiB'],
    ['BRIDGE_SOURCES_SPLUNK_PROD_ROUTES_HIGH_WORKFLOW', 'v', '/sources/splunk-prod/routes/0/workflow', 'v'],
    ['BRIDGE_SOURCES_SPLUNK_PROD_ROUTES_1_TRIGGER', 'v', '/sources/splunk-prod/routes/1/trigger', 'v'],
    [
      'BRIDGE_SOURCES_SPLUNK_PROD_ROUTES_REST_MAP_TITLE',
      'v',
      '/sources/splunk-prod/routes/1/map/Title',
      '***',
    ],
    ['REDIS_URL', 'redis://r', '/redis/url', 'redis://r'],
    ['BRIDGE_REDIS_URL', 'redis://r', '/redis/url', 'redis://r'],
  ])('sets %s', (name, text, pointer, value) => {
    const loaded = good(FILE, { env: { [name]: text } });
    expect(valueAt(loaded.effective, pathOf(pointer))).toBe(value);
    expect(loaded.origins.get(pointer) ?? loaded.origins.get(pointer.replace(/\/\d+$/, ''))).toBe('env');
  });

  it('prefers BRIDGE_REDIS_URL to REDIS_URL, and either to the file', () => {
    const env = { REDIS_URL: 'redis://weak', BRIDGE_REDIS_URL: 'redis://strong' };
    expect(config('redis: { url: redis://file }', { env }).redis.url).toBe('redis://strong');
    expect(config('redis: { url: redis://file }', { env: { REDIS_URL: 'redis://weak' } }).redis.url).toBe(
      'redis://weak',
    );
    expect(config('redis: { url: redis://file }', { env: { REDIS_URL: '' } }).redis.url).toBe('redis://file');
  });

  it('reads secrets from files by _FILE', () => {
    const loaded = good(FILE, {
      env: {
        BRIDGE_TARGETS_SOAR_PASSWORD_FILE: '/s/pw',
        BRIDGE_SOURCES_SPLUNK_PROD_AUTH_SECRETS_1_FILE: '/s/two',
      },
      files: { '/s/pw': 'from file\r\n', '/s/two': 'second' },
    });
    expect(loaded.config.targets[0]?.password).toBe('from file');
    expect(loaded.config.sources[0]?.auth?.secrets).toEqual(['pass-from-env', 'second']);
    expect(loaded.files).toEqual(['bridge.yaml', '/s/two', '/s/pw']);
    expect(loaded.origins.get('/targets/soar/password')).toBe('secret-file');
  });

  it('adds to lists one by one', () => {
    const tokens = (i: number): Record<string, string> => ({
      [`BRIDGE_OPS_TOKENS_${i}_NAME`]: `n${i}`,
      [`BRIDGE_OPS_TOKENS_${i}_ROLE`]: 'viewer',
      [`BRIDGE_OPS_TOKENS_${i}_TOKEN`]: `t${i}`,
    });
    const env = Object.assign({}, ...Array.from({ length: 11 }, (_, i) => tokens(i))) as Record<
      string,
      string
    >;
    expect(config(FILE, { env }).ops.tokens.map((token) => token.name)).toEqual(
      Array.from({ length: 11 }, (_, i) => `n${i}`),
    );
  });

  it('takes text as it is, and spares a reference that it replaces', () => {
    const env = { BRIDGE_TARGETS_SOAR_PASSWORD: '${env:PW}' };
    const file = FILE.replace('${env:PW}', '${file:/not/there}');
    expect(config(file, { env }).targets[0]?.password).toBe('${env:PW}');
  });

  it.each([
    [
      'BRIDGE_HTTP_PORT',
      'abc',
      'environment BRIDGE_HTTP_PORT /http/port: must be a whole number from 0 to 65535, and is text',
    ],
    [
      'BRIDGE_LOG_LEVEL',
      'loud',
      'environment BRIDGE_LOG_LEVEL /log/level: must be one of error, warn, info, debug',
    ],
    ['BRIDGE_REDIS_PASSWORD', '', 'environment BRIDGE_REDIS_PASSWORD /redis/password: must not be empty'],
    [
      'BRIDGE_HTTP_PROT',
      '1',
      'environment BRIDGE_HTTP_PROT: is not a setting (did you mean "BRIDGE_HTTP_PORT"?)',
    ],
    [
      'BRIDGE_TARGETS_OTHER_URL',
      'https://x',
      'environment BRIDGE_TARGETS_OTHER_URL: is not a setting (did you mean "BRIDGE_TARGETS_SOAR_URL"?)',
    ],
    ['BRIDGE_SOURCES_NEW_PRESET', 'splunk', 'environment BRIDGE_SOURCES_NEW_PRESET: is not a setting'],
    [
      'BRIDGE_REDIS_PASSWORD_FILE',
      '/gone',
      'environment BRIDGE_REDIS_PASSWORD_FILE /redis/password: needs the file /gone, which cannot be read',
    ],
  ])('refuses %s=%s', (name, text, expected) => {
    expect(faults(FILE, { env: { [name]: text } })).toEqual([expected]);
  });

  it('refuses two variables for one value', () => {
    const both = { BRIDGE_REDIS_PASSWORD: 'a', BRIDGE_REDIS_PASSWORD_FILE: '/s' };
    expect(faults(FILE, { env: both, files: { '/s': 'b' } })).toEqual([
      'environment BRIDGE_REDIS_PASSWORD_FILE /redis/password: sets what BRIDGE_REDIS_PASSWORD sets too; one of them must go',
    ]);
  });

  it('refuses a name that could mean two things', () => {
    const file = `${TARGET}sources:\n  x: { routes: [{ name: a, workflow: w }, { name: a-map, workflow: w, map: { name: n } }] }\n`;
    const ambiguous = 'BRIDGE_SOURCES_X_ROUTES_A_MAP_NAME';
    expect(
      faults(file.replace('name: a,', 'name: a, map: { name: n },'), { env: { [ambiguous]: 'n' } })[0],
    ).toMatch(
      /^environment BRIDGE_SOURCES_X_ROUTES_A_MAP_NAME: could set .*routes\/0\/map\/name.* and .*routes\/1\/name/,
    );
  });

  it('leaves the program’s own variables and those of others alone', () => {
    const env = {
      BRIDGE_CONFIG: 'x',
      BRIDGE_OPS_URL: 'x',
      BRIDGE_OPS_TOKEN: 'x',
      BRIDGE_SIMULATOR_PORT: '1',
      PATH: '/',
    };
    expect(load(FILE, { env }).ok).toBe(true);
  });
});
