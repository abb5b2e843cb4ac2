import { describe, expect, it } from 'vitest';
import { redactConfig } from '../../../src/config/redact-config.js';
import { good, TARGET } from './load.js';

const FILE = `${TARGET}
redis: { url: "redis://user:s3cret@host:6379", password: s3cret }
ops: { tokens: [{ name: a, role: viewer, token: s3cret }] }
sources:
  a:
    auth: none
    routes: [{ workflow: w, map: { key: '"\${env:KEY}"', title: name } }]
  b: { auth: { secrets: [s3cret, "\${file:/s}"] }, map: "\${file:/s}" }
`;
const GIVEN = { env: { PW: 's3cret', KEY: 's3cret' }, files: { '/s': 's3cret' } };

describe('redactConfig', () => {
  it('shows everything but secrets', () => {
    const { config } = redactConfig(good(FILE, GIVEN));
    expect(JSON.stringify(config)).not.toContain('s3cret');
    expect(config).toMatchObject({
      redis: { url: 'redis://user:***@host:6379', password: '***', prefix: 'bridge' },
      http: { max_body: '1MiB' },
      targets: { soar: { username: 'bridge', password: '***' } },
      sources: { a: { auth: { type: 'none' }, routes: [{ map: { key: '***', title: 'name' } }] } },
    });
  });

  it.each([
    ['redis://:p%40@h', 'redis://:***@h'],
    ['redis://u:a@b@h', 'redis://u:***@h'],
    ['redis://u:a/b#c@h:6379', 'redis://u:***@h:6379'],
    ['redis://h:6379', 'redis://h:6379'],
  ])('hides the password of %s', (url, shown) => {
    const text = `redis: { url: "${url}" }`;
    const loaded = good(text.replace('a/b#c', 'a%2Fb'), GIVEN);
    expect(loaded.effective['redis']).toMatchObject({ url: shown });
  });

  it('says where each value comes from', () => {
    const { origins } = redactConfig(
      good(FILE, { ...GIVEN, env: { ...GIVEN.env, BRIDGE_LOG_LEVEL: 'debug' } }),
    );
    expect(origins).toMatchObject({
      '/redis/url': 'file',
      '/redis/prefix': 'default',
      '/log/level': 'env',
      '/targets/soar/password': 'env',
      '/targets/soar/public_url': 'default',
      '/sources/a/auth/type': 'file',
      '/sources/a/routes/0/name': 'default',
      '/sources/b/auth/secrets/0': 'file',
      '/sources/b/auth/secrets/1': 'secret-file',
    });
  });

  it('names the configuration without its secrets, whatever the order of the file', () => {
    const hash = good(FILE, GIVEN).hash;
    expect(hash).toMatch(/^[0-9a-f]{12}$/);
    expect(good(FILE, { ...GIVEN, env: { PW: 'other', KEY: 'other' } }).hash).toBe(hash);
    expect(good(`log: { level: info }\n${FILE}`, GIVEN).hash).toBe(hash);
    expect(good(`log: { level: debug }\n${FILE}`, GIVEN).hash).not.toBe(hash);
  });
});
