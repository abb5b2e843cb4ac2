import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '../model/json.js';

/** Mode of a file that only its owner may read. */
const OWNER_ONLY = 0o600;

/** Remembers what `start --setup` provided, so that the other commands find the demo's Redis and simulator. */
export function rememberSetup(dataDir: string, setup: JsonObject): void {
  writeFileSync(join(dataDir, 'setup.json'), `${JSON.stringify(setup)}\n`, { mode: OWNER_ONLY });
}

/** The same, for the demo's configuration only: one's own file must be complete by itself. */
export function rememberedSetup(configFile: string): JsonObject | undefined {
  if (!configFile.replaceAll('\\', '/').endsWith('deploy/bridge.yaml')) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(join('data', 'setup.json'), 'utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
