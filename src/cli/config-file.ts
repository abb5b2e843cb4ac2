import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CliIo } from './cli-io.js';

/** Which configuration counts: the option, `$BRIDGE_CONFIG`, `./bridge.yaml`, the demo. */
export function configFile(option: string | undefined, env: CliIo['env']): string {
  const named = option ?? env['BRIDGE_CONFIG'];
  if (named !== undefined && named !== '') return named;
  return existsSync('bridge.yaml') ? 'bridge.yaml' : join('deploy', 'bridge.yaml');
}
