import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Mode of a file that only its owner may read. */
const OWNER_ONLY = 0o600;

/** Reads a secret that is kept in a file, or makes and keeps a new one of 32 random bytes. */
export function keepSecret(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dirname(file), { recursive: true });
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(file, `${secret}\n`, { mode: OWNER_ONLY, flag: 'wx' });
  return secret;
}

/** The demo's sources and what their secret files are called in `deploy/bridge.yaml`. */
const DEMO_SOURCES = ['splunk', 'jira', 'alertmanager', 'generic'];

/** Makes the secrets that the demo configuration names, so that it starts without any set-up and without a default secret. */
export function keepDemoSecrets(dataDir: string): void {
  for (const source of DEMO_SOURCES) keepSecret(join(dataDir, 'demo', `${source}-token`));
}
