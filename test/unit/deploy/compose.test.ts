import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { deployToolFile, hasDeployTools, requireDeployTool } from '../../support/deploy-tools.js';

interface Service {
  readonly image: string;
  readonly command?: string | readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly stop_grace_period?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: unknown;
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** The schema as the linter `dclint` carries it: that of the Compose Specification. */
function composeSchema(): ValidateFunction {
  const path = deployToolFile('dclint/schemas/compose.schema.json');
  // It names its draft by an address with https, which ajv does not know draft 7 by
  const { $schema, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as { readonly $schema: string };
  expect($schema).toContain('draft-07');
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

interface DockerfileFault {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number } };
}
interface DockerfileUtils {
  validate(text: string): readonly DockerfileFault[];
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const text = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const compose = parse(text('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const rolesOf = ({ command }: Service): string | undefined =>
  Array.isArray(command) ? String(command[command.indexOf('--roles') + 1]) : undefined;
const withRole = (role: string) =>
  services.filter(
    ([, each]) => each.command?.includes('start') === true && rolesOf(each)?.split(',').includes(role),
  );

describe('docker-compose.yml', () => {
  it.skipIf(!hasDeployTools())('is one by the published schema of the Compose Specification', () => {
    const check = composeSchema();
    const parsed = (): { services: Record<string, Record<string, unknown>> } =>
      parse(text('docker-compose.yml'), { merge: true }) as {
        services: Record<string, Record<string, unknown>>;
      };
    expect(check(parsed()), JSON.stringify(check.errors)).toBe(true);
    // And it does see what is wrong
    for (const [key, value] of [
      ['comand', []],
      ['read_only', {}],
      ['restart', ['always']],
    ] as const) {
      const wrong = parsed();
      wrong.services['redis'] = { ...wrong.services['redis'], [key]: value };
      expect(check(wrong), key).toBe(false);
    }
  });

  it('has two ingress, two workers, and the simulator only on demand', () => {
    expect(withRole('ingress')).toHaveLength(2);
    expect(withRole('worker')).toHaveLength(2);
    expect(compose.services['simulator']?.profiles).toEqual(['demo']);
  });

  it.each(services)('%s has a health check, and mounts only what there is', (_, service) => {
    expect(service.healthcheck).toBeDefined();
    for (const mount of service.volumes ?? []) {
      const [from = ''] = mount.split(':');
      if (from.startsWith('./')) expect(existsSync(join(ROOT, from)), mount).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(from);
    }
    for (const name of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(name);
    const needed = service.depends_on ?? [];
    const names = Array.isArray(needed) ? needed : Object.keys(needed);
    for (const name of names) expect(Object.keys(compose.services)).toContain(name);
  });

  it('publishes nothing beyond this host', () => {
    const ports = services.flatMap(([, each]) => each.ports ?? []);
    expect(ports.length).toBeGreaterThan(3);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    const published = ports.map((port) => port.split(':')[1]);
    expect(new Set(published).size).toBe(published.length);
  });

  it('gives each bridge a read-only root, no capabilities and time to drain, and each spool a disk of its own', () => {
    const bridges = withRole('ops');
    expect(bridges).toHaveLength(5);
    for (const [, each] of bridges) {
      expect(each).toMatchObject({ read_only: true, cap_drop: ['ALL'], stop_grace_period: '30s' });
    }
    const disks = bridges.map(([, each]) =>
      each.volumes?.find((mount) => mount.endsWith(':/var/lib/komand-bridge')),
    );
    expect(disks).not.toContain(undefined);
    expect(new Set(disks).size).toBe(bridges.length);
  });

  it('keeps Redis durable and Prometheus on every process', () => {
    const redis = JSON.stringify(compose.services['redis']?.command);
    for (const setting of ['appendonly yes', 'appendfsync always', 'maxmemory-policy noeviction'])
      expect(redis).toContain(setting);
    const scraped = text('deploy/prometheus/prometheus.yml');
    for (const [name] of withRole('ops')) expect(scraped).toContain(`'${name}:8081'`);
  });

  it('makes every secret that it mounts, and no password stands in it', () => {
    const made = text('deploy/compose/make-secrets.sh');
    for (const name of Object.keys(compose.secrets)) expect(made).toMatch(new RegExp(`[ ]${name}\\b`));
    expect(text('docker-compose.yml')).not.toMatch(/(?:password|token)\s*[:=]\s*['"]?[a-z0-9]{8,}['"]?$/im);
  });
});

describe('deploy/Dockerfile', () => {
  const lines = text('deploy/Dockerfile').split('\n');
  it.skipIf(!hasDeployTools())('has no fault that a linter finds', () => {
    const { validate } = requireDeployTool('dockerfile-utils') as DockerfileUtils;
    const faultsOf = (dockerfile: string) =>
      validate(dockerfile).map(({ message, range }) => `${range.start.line + 1}: ${message}`);
    expect(faultsOf(lines.join('\n'))).toEqual([]);
    expect(faultsOf(lines.join('\n').replace(/^USER node$/m, 'USRE node'))).toHaveLength(1);
  });

  it('builds in stages, runs as another than root, and is watched', () => {
    expect(lines.filter((line) => line.startsWith('FROM ')).length).toBeGreaterThan(1);
    expect(lines.findLast((line) => line.startsWith('USER '))).toBe('USER node');
    expect(lines.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
  });
  it('copies only what there is, and nothing that .dockerignore keeps out', () => {
    const ignored = text('.dockerignore').split('\n');
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(copied.filter((path) => ignored.includes(path))).toEqual([]);
  });
});
