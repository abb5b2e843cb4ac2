import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configField } from '../../../src/config/config-schema.js';
import { toJsonSchema } from '../../../src/config/json-schema.js';
import { loadConfig } from '../../../src/config/load-config.js';

const deploy = (name: string): string =>
  readFileSync(new URL(`../../../deploy/${name}`, import.meta.url), 'utf8');

describe('deploy/bridge.yaml', () => {
  const loaded = loadConfig({
    file: 'deploy/bridge.yaml',
    env: {},
    readFile: (path) => (path === 'deploy/bridge.yaml' ? deploy('bridge.yaml') : `secret of ${path}\n`),
    presets: ['splunk', 'jira', 'alertmanager', 'generic'],
    setup: {
      redis: { url: 'redis://127.0.0.1:7777' },
      targets: { simulator: { url: 'http://127.0.0.1:7778', username: 'u', password: 'p' } },
      ops: { tokens: [{ name: 'demo', role: 'operator', token: 't' }] },
    },
  });

  it('loads with nothing but what the start provides', () => {
    expect(loaded.ok ? loaded.warnings : loaded.faults).toEqual([]);
    if (!loaded.ok) return;
    const { config, origins } = loaded;
    expect([config.http.host, config.ops.host]).toEqual(['127.0.0.1', '127.0.0.1']);
    expect([origins.get('/redis/url'), origins.get('/targets/simulator/url')]).toEqual(['setup', 'setup']);
    expect(config.sources.map((source) => [source.name, source.auth?.secrets?.[0]])).toEqual(
      ['splunk', 'jira', 'alertmanager', 'generic'].map((name) => [
        name,
        `secret of data/demo/${name}-token`,
      ]),
    );
    expect(
      config.sources.flatMap((source) =>
        source.routes.map((route) => [source.name, route.name, route.endpoint]),
      ),
    ).toEqual([
      ['splunk', 'high', 'workflow'],
      ['splunk', 'rest', 'workflow'],
      ['jira', 'default', 'workflow'],
      ['alertmanager', 'default', 'trigger'],
      ['generic', 'default', 'workflow'],
    ]);
  });
});

describe('deploy/bridge.schema.json', () => {
  const schema = toJsonSchema(configField.shape, 'file');

  it('is in step with the code', () => {
    expect(JSON.parse(deploy('bridge.schema.json'))).toEqual(schema);
  });

  it('lets editors accept the demo and references, and find mistakes', () => {
    const check = new Ajv2020({ strict: false }).compile(schema);
    expect(check(parse(deploy('bridge.yaml')))).toBe(true);
    expect(check({ http: { port: '${env:PORT}' }, log: { level: '${env:LEVEL}' } })).toBe(true);
    expect(check({ http: { port: 'x' } })).toBe(false);
    expect(check({ htp: {} })).toBe(false);
    expect(check({ sources: { a: { routes: [{ workflow: 'w', trigger: 't' }] } } })).toBe(false);
    expect(check({ sources: { a: { delivery_key: 'hash' } } })).toBe(true);
    expect(check({ sources: { a: { delivery_key: {} } } })).toBe(false);
  });

  it('is a schema, also in the form that checks values, where a start does not look', () => {
    const strict = new Ajv2020({ strict: true, allowUnionTypes: true });
    for (const use of ['file', 'values'] as const)
      expect([use, strict.validateSchema(toJsonSchema(configField.shape, use))]).toEqual([use, true]);
  });

  it('describes everything', () => {
    const bare: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, child] of Object.entries(value)) {
        const here = `${path}/${key}`;
        if (
          path.endsWith('/properties') &&
          typeof (child as { description?: unknown }).description !== 'string'
        )
          bare.push(here);
        visit(child, here);
      }
    };
    visit(schema, '');
    expect(bare).toEqual([]);
  });
});
