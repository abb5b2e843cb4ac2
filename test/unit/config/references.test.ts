import { describe, expect, it } from 'vitest';
import { config, faults, good, TARGET, warnings } from './load.js';

const FILE = `targets: { k: { url: "https://k.example.com", username: u, password: "\${file:/s/pw}" } }`;

describe('references', () => {
  it('stand anywhere, inside longer text and for numbers too', () => {
    const text = `
redis: { url: "redis://:\${env:RPW}@\${env:HOST}:6379" }
http: { port: "\${env:PORT}", max_body: "\${file:/size}" }
targets: { k: { url: "https://k.example.com", username: u, password: x, tls: { insecure_skip_verify: "\${env:YES}" } } }
`;
    const { redis, http, targets } = config(text, {
      env: { RPW: 'p', HOST: 'h', PORT: '81', YES: 'true' },
      files: { '/size': '2MiB\n' },
    });
    expect(redis.url).toBe('redis://:p@h:6379');
    expect(http).toMatchObject({ port: 81, maxBody: 2_097_152 });
    expect(targets[0]?.tls.insecureSkipVerify).toBe(true);
  });

  it.each([
    ['pw', 'pw'],
    ['pw\n', 'pw'],
    ['pw\r\n', 'pw'],
    ['pw\n\n', 'pw\n'],
    [' pw \n', ' pw '],
    ['${env:PW}\n', '${env:PW}'],
  ])('read a file that holds %j as %j', (contents, secret) => {
    expect(config(FILE, { files: { '/s/pw': contents } }).targets[0]?.password).toBe(secret);
  });

  it('are escaped by a second dollar', () => {
    expect(config(FILE.replace('${file:/s/pw}', () => '$${env:PW}')).targets[0]?.password).toBe('${env:PW}');
  });

  it('leave expressions alone that only look like them', () => {
    const map = '${ "k": v }';
    const text = `${TARGET}sources: { a: { routes: [{ workflow: w, when: '\${other:x}', map: '${map}' }] } }`;
    expect(config(text).sources[0]?.routes[0]).toMatchObject({ when: '${other:x}', map });
  });

  it.each([
    ['${env:NOPE}', 'needs the environment variable NOPE, which is not set'],
    ['${env:not a name}', 'has a reference to a variable that can have no such name'],
    ['${file:/gone}', 'needs the file /gone, which cannot be read'],
    ['${file:}', 'has a reference to a file without a name'],
    ['${evn:PW}', 'has a reference that is not complete; there are ${env:NAME} and ${file:/path}'],
    ['${PW}', 'has a reference that is not complete; there are ${env:NAME} and ${file:/path}'],
    ['a ${env:PW', 'has a reference that is not complete; there are ${env:NAME} and ${file:/path}'],
    ['${file:/empty}', 'must not be empty'],
    ['${env:EMPTY}', 'must not be empty'],
    ['${file:/big}', 'needs the file /big, which is larger than 256 KiB'],
  ])('refuse %s', (reference, message) => {
    const files = { '/empty': '\n', '/big': 'x'.repeat(300_000) };
    expect(faults(FILE.replace('${file:/s/pw}', reference), { files, env: { EMPTY: '' } })).toEqual([
      `bridge.yaml:1 /targets/k/password: ${message}`,
    ]);
  });

  it('do not find what every object has', () => {
    expect(faults(FILE.replace('file:/s/pw', 'env:constructor'))).toHaveLength(1);
  });

  it('warn of a secret that everybody may read', () => {
    const files = { '/s/pw': 'x' };
    expect(warnings(FILE, { files, modes: { '/s/pw': 0o100644 } })).toEqual([
      'bridge.yaml:1 /targets/k/password: is read from /s/pw, which everybody on this machine may read',
    ]);
    expect(warnings(FILE, { files, modes: { '/s/pw': 0o100640 } })).toEqual([]);
  });

  it('name the files to watch', () => {
    expect(good(FILE, { files: { '/s/pw': 'x' } }).files).toEqual(['bridge.yaml', '/s/pw']);
  });
});
