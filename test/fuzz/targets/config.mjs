import { readFileSync } from 'node:fs';
import { formatFaults } from '../../../dist/config/format-faults.js';
import { loadConfig } from '../../../dist/config/load-config.js';
import { expect, expectNoSecret } from '../finding.mjs';

const at = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url));
/** Values of the environment and of files: none may be seen, wherever the mutant puts them. */
const ENV = {
  HOME: '/home/fuzz',
  CANARY_TOKEN: 'canary-env-token-5d20',
  CANARY_KEY: Buffer.from('canary-key-of-exactly-32-bytes!!').toString('base64'),
};
const FILES = { '/run/secrets/a': 'canary-file-secret-88e1' };
const SECRETS = [ENV.CANARY_TOKEN, ENV.CANARY_KEY, FILES['/run/secrets/a']];
const PRESETS = ['generic', 'splunk', 'jira'];
const SEEDS = [
  `redis: { url: redis://127.0.0.1:6379, password: "\${env:CANARY_TOKEN}" }
ops: { tokens: [{ name: a, role: operator, token: "\${file:/run/secrets/a}" }] }
storage: { compress_above: 8KiB, encryption: { keys: [{ id: k1, key: "\${env:CANARY_KEY}" }] } }
targets:
  soar: { url: "https://komand.example.com", username: u, password: "\${env:CANARY_TOKEN}", rate_limit: 50/s }
sources:
  a:
    preset: splunk
    auth: { secrets: ["\${env:CANARY_TOKEN}"] }
    allow_ips: [10.0.0.0/8]
    routes:
      - { name: high, when: "$number(result.severity) >= 4", workflow: 5822ae2c-d784-11e8-9f8b-f2801f1b9fd1, map: { title: search_name } }
      - { name: rest, trigger: 657c89b0-0000-0000-0000-000000000000, map: raw }
`,
  'a: &a [x, *a]\n',
  'a: &a [1,2]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n',
  '{"sources": {"x": {"preset": "generic", "auth": "none", "routes": []}}}',
  'sources: !!js/function "x"\n',
];

export const target = {
  name: 'config',
  words: [
    '${env:CANARY_TOKEN}',
    '${file:/run/secrets/a}',
    '${env:',
    '&a ',
    '*a',
    '<<: ',
    '!!binary ',
    '? ',
    '- ',
    ': ',
    '|\n  ',
    '>-\n  ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '1KiB',
    '7d',
    '50/s',
    '0.0.0.0',
    'rediss://',
    'hmac',
    'auth: none',
    '\t',
    '#',
    "'",
    '"\\x41"',
    '~',
    '.inf',
    '0o17',
  ],
  seeds: () => [...SEEDS.map((text) => Buffer.from(text)), at('deploy/bridge.yaml')],
  /** Any text is a configuration or a list of faults, each with a sentence; no secret is seen in either. */
  async run(input) {
    const text = input.toString('utf8');
    const loaded = loadConfig({
      file: 'bridge.yaml',
      env: ENV,
      readFile: (path) => {
        if (path === 'bridge.yaml') return text;
        if (!Object.hasOwn(FILES, path)) throw new Error('ENOENT');
        return FILES[path];
      },
      fileMode: () => 0o600,
      presets: PRESETS,
    });
    if (!loaded.ok) {
      expect(
        loaded.faults.length > 0 && loaded.faults.every(({ message }) => message !== ''),
        'a fault says something',
      );
      return expectNoSecret(SECRETS, formatFaults(loaded.faults));
    }
    expect(
      Object.isFrozen(loaded.config) && Object.isFrozen(loaded.config.sources),
      'the configuration is frozen',
    );
    expectNoSecret(SECRETS, formatFaults(loaded.warnings));
    expectNoSecret(SECRETS, loaded.effective);
  },
};
