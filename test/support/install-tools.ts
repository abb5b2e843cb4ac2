import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findKubectl, hasDeployTools, installDeployTools } from './deploy-tools.js';
import { findPromtool, TOOLS } from './find-promtool.js';
import { findSystemdAnalyze } from './find-systemd-analyze.js';

interface Tool {
  readonly name: string;
  readonly isThere: () => boolean;
  readonly fetch: () => void;
  /** What is skipped without it. */
  readonly unchecked: string;
}

/**
 * What the files of deploy/ are checked with. Debian's packages are unpacked and not installed: their services would
 * start, and no root is needed this way.
 */
const NEEDED: readonly Tool[] = [
  {
    name: 'promtool (Debian package "prometheus")',
    isThere: () => findPromtool() !== undefined,
    fetch: () => unpack(['prometheus']),
    unchecked: 'the rules and alerts are not checked',
  },
  {
    name: 'systemd-analyze (Debian package "systemd")',
    isThere: () => findSystemdAnalyze() !== undefined,
    // And those of its libraries that no Debian has from the start
    fetch: () =>
      unpack([
        'systemd',
        'libsystemd-shared',
        'libapparmor1',
        'libip4tc2',
        'libkmod2',
        'libseccomp2',
        'libssl3',
      ]),
    unchecked: 'the systemd unit is not checked',
  },
  {
    name: 'the schemas and tools of test/support/deploy-tools',
    isThere: hasDeployTools,
    fetch: installDeployTools,
    unchecked:
      'the Compose file, the Dockerfile and the Kubernetes manifests are not checked against their schemas',
  },
  {
    name: 'kubectl',
    isThere: () => findKubectl() !== undefined,
    fetch: () => undefined,
    unchecked: 'the overlays are not built (the copy that is fetched runs on Linux on x86-64 only)',
  },
];

/** Without a tool its tests are skipped, said so here; on CI that is a fault. */
export function setup(): void {
  for (const { name, isThere, fetch, unchecked } of NEEDED) {
    if (isThere()) continue;
    console.error(`Fetching ${name} …`);
    fetch();
    if (isThere()) continue;
    const sentence = `There is no ${name}, and it could not be fetched: ${unchecked}.`;
    if (process.env['CI'] !== undefined) throw new Error(sentence);
    console.error(sentence);
  }
}

function unpack(names: readonly string[]): void {
  mkdirSync(TOOLS, { recursive: true });
  for (const name of names) {
    spawnSync('apt-get', ['-q', 'download', name], { cwd: TOOLS, timeout: 120_000 });
    const fetched = readdirSync(TOOLS).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
    if (fetched !== undefined) spawnSync('dpkg', ['-x', join(TOOLS, fetched), TOOLS], { timeout: 60_000 });
  }
}
