import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Where `install-tools.ts` unpacks it: beside the packages, so that nothing of the system changes. */
export const TOOLS = fileURLToPath(new URL('../../node_modules/.cache/komand-bridge-tools', import.meta.url));

/** The command to run, or `undefined` where there is none. */
export function findPromtool(): string | undefined {
  return ['promtool', `${TOOLS}/usr/bin/promtool`].find(
    (command) => spawnSync(command, ['--version']).status === 0,
  );
}
