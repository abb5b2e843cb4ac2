import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../../../src/config/load-config.js';
import { loadPresets } from '../../../src/sources/load-presets.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDER = join(ROOT, 'deploy/kubernetes');

type Labels = Readonly<Record<string, string>>;
interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext?: unknown;
  readonly resources?: { readonly requests?: unknown; readonly limits?: { readonly memory?: string } };
  readonly volumeMounts?: readonly { readonly name: string }[];
  readonly readinessProbe?: unknown;
  readonly livenessProbe?: { readonly httpGet?: { readonly path: string } };
}
interface Pod {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly automountServiceAccountToken?: boolean;
    readonly terminationGracePeriodSeconds?: number;
    readonly securityContext?: unknown;
    readonly containers: readonly Container[];
    readonly volumes: readonly { readonly name: string }[];
  };
}
interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector?: Labels & { readonly matchLabels?: Labels };
    readonly podSelector?: { readonly matchLabels?: Labels };
    readonly template?: Pod;
    readonly serviceName?: string;
    readonly ports?: readonly { readonly port: number; readonly targetPort: string }[];
    readonly scaleTargetRef?: { readonly kind: string; readonly name: string };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly ingress?: readonly { readonly ports?: readonly { readonly port: number }[] }[];
    readonly podMetricsEndpoints?: readonly { readonly port: string }[];
    readonly groups?: unknown;
  };
}
interface Kustomization {
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly configMapGenerator?: readonly { readonly files: readonly string[] }[];
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => join(entry.parentPath, entry.name));
}

const files = filesBelow(FOLDER);
const kustomizations = files.filter((file) => file.endsWith('/kustomization.yaml'));
const read = (file: string): Kustomization => parse(readFileSync(file, 'utf8')) as Kustomization;
/** What each file names, as absolute paths. */
const named = kustomizations.flatMap((file) => {
  const { resources = [], components = [], configMapGenerator = [] } = read(file);
  return [...resources, ...components, ...configMapGenerator.flatMap((each) => each.files)].map((path) =>
    join(dirname(file), path),
  );
});
const resources = files
  .filter((file) => !file.endsWith('/kustomization.yaml') && !file.endsWith('/bridge.yaml'))
  .flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')).map((each) => each.toJS() as Resource));
const workloads = resources.filter(({ spec }) => spec?.template !== undefined);

function podsWith(labels: Labels): readonly Pod[] {
  return workloads
    .flatMap(({ spec }) => spec.template ?? [])
    .filter((pod) => Object.entries(labels).every(([key, value]) => pod.metadata.labels[key] === value));
}
const portsOf = (pods: readonly Pod[]) =>
  pods.flatMap(({ spec }) => spec.containers.flatMap(({ ports }) => ports ?? []));

describe('deploy/kubernetes', () => {
  it('names every file that is there, and none that is not', () => {
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
    const unnamed = files.filter((file) => !kustomizations.includes(file) && !named.includes(file));
    expect(unnamed.map((file) => relative(FOLDER, file))).toEqual([]);
  });

  it.each(workloads.map((each) => [`${each.kind} ${each.metadata.name}`, each] as const))(
    '%s keeps to the restricted pod security and its own labels',
    (_, { kind, spec }) => {
      const pod = spec.template;
      if (pod === undefined) throw new Error('a workload has a template');
      expect(pod.metadata.labels).toMatchObject(spec.selector?.matchLabels ?? { missing: 'selector' });
      expect(pod.spec.automountServiceAccountToken).toBe(false);
      expect(pod.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      const volumes = [
        ...pod.spec.volumes,
        ...(spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata),
      ].map(({ name }) => name);
      for (const container of pod.spec.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources?.requests).toBeDefined();
        expect(container.resources?.limits?.memory).toBeDefined();
        expect(container.readinessProbe).toBeDefined();
        const mounts = container.volumeMounts?.map(({ name }) => name) ?? [];
        expect(mounts.filter((name) => !volumes.includes(name))).toEqual([]);
      }
      if (kind === 'StatefulSet') {
        const service = resources.find(
          (each) => each.kind === 'Service' && each.metadata.name === spec.serviceName,
        );
        expect(podsWith(service?.spec.selector ?? { missing: 'service' })).toContain(pod);
      }
    },
  );

  it('lets no Redis or Komand that is away restart a process, and leaves time for the drain', () => {
    const bridges = podsWith({ app: 'komand-bridge' });
    expect(bridges).toHaveLength(3);
    for (const { spec } of bridges) {
      expect(spec.containers[0]?.livenessProbe?.httpGet?.path).toBe('/healthz');
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(35);
    }
  });

  it('keeps the spool of an ingress on a volume that outlives the pod', () => {
    const ingress = workloads.find(({ metadata }) => metadata.name === 'ingress');
    expect(ingress?.kind).toBe('StatefulSet');
    expect(ingress?.spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name)).toEqual(['data']);
  });

  it('points services, budgets, policies and scalers at what exists', () => {
    for (const { kind, metadata, spec } of resources) {
      const what = `${kind} ${metadata.name}`;
      if (kind === 'Service') {
        const pods = podsWith(spec.selector ?? {});
        expect(pods, what).not.toEqual([]);
        const names = portsOf(pods).map(({ name }) => name);
        for (const { targetPort } of spec.ports ?? []) expect(names, what).toContain(targetPort);
      }
      if (kind === 'PodDisruptionBudget')
        expect(podsWith(spec.selector?.matchLabels ?? {}), what).toHaveLength(1);
      if (kind === 'NetworkPolicy') {
        const pods = podsWith(spec.podSelector?.matchLabels ?? {});
        expect(pods, what).not.toEqual([]);
        const numbers = portsOf(pods).map(({ containerPort }) => containerPort);
        for (const { port } of spec.ingress?.flatMap(({ ports }) => ports ?? []) ?? [])
          expect(numbers, what).toContain(port);
      }
      if (kind === 'PodMonitor') {
        const pods = podsWith(spec.selector?.matchLabels ?? {});
        expect(pods, what).toHaveLength(3);
        for (const { port } of spec.podMetricsEndpoints ?? [])
          for (const pod of pods)
            expect(
              portsOf([pod]).map(({ name }) => name),
              what,
            ).toContain(port);
      }
      const target = spec?.scaleTargetRef;
      if (target !== undefined)
        expect(
          workloads.map((each) => [each.kind, each.metadata.name]),
          what,
        ).toContainEqual([target.kind, target.name]);
    }
  });

  it('carries the rules of deploy/prometheus/alerts.yml (make-prometheus-rule.mjs writes them)', () => {
    const rule = resources.find(({ kind }) => kind === 'PrometheusRule');
    const written = parse(readFileSync(join(ROOT, 'deploy/prometheus/alerts.yml'), 'utf8')) as unknown;
    expect(rule?.spec).toEqual(written);
  });

  it.each(['deploy/kubernetes/base/bridge.yaml', 'deploy/compose/bridge.yaml'])('%s has no fault', (name) => {
    const presets = loadPresets(join(ROOT, 'schemas'));
    if (!presets.ok) throw new Error('the presets do not load');
    const file = join(ROOT, name);
    const loaded = loadConfig({
      file,
      env: { KOMAND_URL: 'https://komand.example.com', KOMAND_USER: 'bridge' },
      readFile: (path) => (path === file ? readFileSync(path, 'utf8') : `a-secret-from-${path}`),
      fileMode: () => 0o400,
      presets: presets.library.names,
    });
    expect(loaded).toMatchObject({ ok: true, warnings: [] });
  });
});
