import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findPromtool, TOOLS } from './find-promtool.js';

/**
 * promtool for the checks of deploy/prometheus. The package is unpacked and not installed: its service would start, and
 * no root is needed this way. Without it those tests are skipped, said so here; on CI that is a fault.
 */
export function setup(): void {
  if (findPromtool() !== undefined) return;
  console.error('Fetching promtool for the checks of the alerts …');
  mkdirSync(TOOLS, { recursive: true });
  spawnSync('apt-get', ['-q', 'download', 'prometheus'], { cwd: TOOLS, timeout: 120_000 });
  const fetched = readdirSync(TOOLS).find((name) => name.endsWith('.deb'));
  if (fetched !== undefined) spawnSync('dpkg', ['-x', join(TOOLS, fetched), TOOLS], { timeout: 60_000 });
  if (findPromtool() !== undefined) return;
  const sentence =
    'promtool could not be fetched (Debian package "prometheus"): the rules and alerts are not checked.';
  if (process.env['CI'] !== undefined) throw new Error(sentence);
  console.error(sentence);
}
