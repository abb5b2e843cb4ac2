import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { DEPLOY_TOOLS, deployToolFile, findKubectl, hasDeployTools } from '../../support/deploy-tools.js';

/** As `kubectl apply` would send it. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly { readonly image: string }[] };
    };
  };
}

const FOLDER = fileURLToPath(new URL('../../../deploy/kubernetes', import.meta.url));
const TSC = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
const OVERLAYS = ['demo', 'production'] as const;
const kubectl = findKubectl();

/** Where the schema of a kind stands: made from Kubernetes' OpenAPI and from the operators' resource definitions. */
function schemaModule({ apiVersion, kind }: Manifest): string {
  const [group = ''] = apiVersion.split('/');
  const operator = { 'monitoring.coreos.com': 'prometheus-operator', 'keda.sh': 'keda' }[group];
  const name = operator === undefined ? 'kubernetes-models' : `@kubernetes-models/${operator}`;
  return `${name}/${apiVersion}/${kind}`;
}

type Model = new (manifest: object) => { validate(): void };
const models = new Map<string, Model>();

/** What the schema says of a manifest: the empty text where it keeps to it. */
function faultOf(manifest: Manifest): string {
  const model = models.get(schemaModule(manifest));
  if (model === undefined) return 'there is no schema for it';
  try {
    new model(manifest).validate();
    return '';
  } catch (error) {
    return String(error);
  }
}

/**
 * Fields that no schema has pass its validation, as Kubernetes drops them in silence. The types that are made from the
 * same schemas do not let them pass in an object that is written out, so the compiler finds them.
 */
function strangeFields(manifests: readonly Manifest[]): string {
  const dir = mkdtempSync(join(DEPLOY_TOOLS, 'node_modules', 'manifests-'));
  try {
    const lines = manifests.flatMap((manifest, i) => [
      `import type { I${manifest.kind} as T${i} } from '${schemaModule(manifest)}';`,
      `export const m${i}: T${i} = ${JSON.stringify(manifest)};`,
    ]);
    const file = join(dir, 'manifests.mts');
    writeFileSync(file, lines.join('\n'));
    const flags = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--target',
      'es2022',
      '--types',
      '',
    ];
    const done = spawnSync(process.execPath, [TSC, ...flags, '--module', 'nodenext', file], {
      cwd: dir,
      encoding: 'utf8',
    });
    return done.status === 0 ? '' : `${done.stdout}${done.stderr}`;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe.skipIf(kubectl === undefined || !hasDeployTools())('what kustomize builds', () => {
  const built = new Map<string, readonly Manifest[]>();
  const manifestsOf = (overlay: string): readonly Manifest[] => built.get(overlay) ?? [];

  beforeAll(async () => {
    for (const overlay of OVERLAYS) {
      const done = spawnSync(kubectl ?? '', ['kustomize', `overlays/${overlay}`], {
        cwd: FOLDER,
        encoding: 'utf8',
        timeout: 60_000,
      });
      expect(done.stderr).toBe('');
      expect(done.status).toBe(0);
      built.set(
        overlay,
        parseAllDocuments(done.stdout).map((each) => each.toJS() as Manifest),
      );
    }
    for (const manifest of [...built.values()].flat()) {
      const path = schemaModule(manifest);
      const loaded = (await import(pathToFileURL(deployToolFile(`${path}.js`)).href)) as Record<
        string,
        Model
      >;
      const model = loaded[manifest.kind];
      if (model !== undefined) models.set(path, model);
    }
  }, 120_000);
  afterAll(() => built.clear());

  it.each([
    ['demo', 'http://simulator:8888'],
    ['production', 'rediss://redis.example.com:6379'],
  ])('of overlays/%s is three roles on that overlay', (overlay, address) => {
    const bridges = manifestsOf(overlay).filter(
      ({ spec }) => spec?.template?.metadata.labels['app'] === 'komand-bridge',
    );
    expect(bridges).toHaveLength(3);
    for (const { spec } of bridges) {
      const container = spec?.template?.spec.containers[0];
      expect(container?.image).toMatch(/komand-bridge:0\.1\.0$/);
      expect(JSON.stringify(container)).toContain(address);
    }
    // The generator's hash reached those who mount it
    expect(JSON.stringify(manifestsOf(overlay))).not.toContain('"komand-bridge-config"');
  });

  it.each(OVERLAYS)('of overlays/%s keeps to the published schema of every kind', (overlay) => {
    const manifests = manifestsOf(overlay);
    expect(manifests.length).toBeGreaterThan(15);
    const faults = manifests.map((each) => `${each.kind} ${each.metadata.name}: ${faultOf(each)}`);
    expect(faults.filter((fault) => !fault.endsWith(': '))).toEqual([]);
  });

  it.each(OVERLAYS)('of overlays/%s has no field that no schema knows', (overlay) => {
    expect(strangeFields(manifestsOf(overlay))).toBe('');
  });

  it('is seen where it is wrong', () => {
    const ingress = manifestsOf('production').find(({ kind }) => kind === 'StatefulSet');
    if (ingress === undefined) throw new Error('the ingress is one');
    const policy = { ...ingress, spec: { ...ingress.spec, podManagementPolicy: 'Sideways' } };
    expect(faultOf(policy)).toContain('podManagementPolicy');
    const unknown = { ...ingress, spec: { ...ingress.spec, replcas: 2 } };
    expect(strangeFields([unknown])).toContain('replcas');
    expect(faultOf({ ...ingress, spec: {} })).toContain('selector');
  });
});
