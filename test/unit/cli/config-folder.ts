import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Secrets that must be on no line that a command prints. */
export const CANARIES = ['canary-splunk-key-0123456789', 'canary-komand-password'] as const;
export const ENV = { SPLUNK_KEY: CANARIES[0], KOMAND_PASSWORD: CANARIES[1] };

export const SPLUNK_BODY = JSON.stringify({
  sid: 'scheduler_1',
  search_name: 'Brute force',
  app: 'search',
  owner: 'admin',
  results_link: 'https://splunk.example.com/x',
  result: { host: 'vpn01', severity: '5' },
});

export interface ConfigFolder {
  readonly dir: string;
  /** Writes a file and answers its path. */
  write(name: string, text: string): string;
  remove(): void;
}

export function configFolder(): ConfigFolder {
  const dir = mkdtempSync(join(tmpdir(), 'cli-config-'));
  return {
    dir,
    write: (name, text) => {
      writeFileSync(join(dir, name), text, { mode: 0o600 });
      return join(dir, name);
    },
    remove: () => rmSync(dir, { recursive: true }),
  };
}

/** A good configuration; its parts can be replaced. */
export function configText(
  own: { readonly target?: string; readonly routes?: string; readonly more?: string } = {},
): string {
  return `redis: { url: "redis://127.0.0.1:1" }
ops: { port: 1 }
targets:
  soar: { url: "${own.target ?? 'http://127.0.0.1:1'}", username: bridge, password: "\${env:KOMAND_PASSWORD}", timeout: 2s }
sources:
  splunk-prod:
    preset: splunk
    auth: { secrets: ["\${env:SPLUNK_KEY}"] }
    routes:
${own.routes ?? '      - { name: high, workflow: w1, when: "$number(result.severity) >= 4", map: { title: search_name } }'}
${own.more ?? ''}`;
}
