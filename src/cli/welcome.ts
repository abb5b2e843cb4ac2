import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../app.js';
import type { InForce } from '../in-force.js';
import type { CliIo } from './cli-io.js';
import { opsToken } from './setup-services.js';

const FIRST_BODY = {
  sid: 'scheduler__admin__search__RMD5_at_1790000000_1',
  search_name: 'Brute force against vpn01',
  app: 'search',
  owner: 'admin',
  results_link: 'https://splunk.example.com/app/search/@go?sid=scheduler_1',
  result: { host: 'vpn01', severity: '5', count: '214' },
};

/** What a newcomer sees: where things are, and a first webhook to paste. */
export function welcome(io: CliIo, app: App, { config }: InForce, dataDir: string): string {
  const token = opsToken(dataDir);
  const targets = config.targets.map(({ name, publicUrl }) => `${name} ${publicUrl}`).join(', ');
  const bold = (text: string): string => (io.terminal ? `\u001b[1m${text}\u001b[0m` : text);
  const lines = [
    '',
    bold('Komand Bridge is running.'),
    `  webhooks    ${app.publicUrl ?? 'not in this process'}/hooks/<source>`,
    `  console     ${app.opsUrl ?? 'not in this process'}/    token: ${token}`,
    `  metrics     ${app.opsUrl ?? 'not in this process'}/metrics`,
    `  target      ${targets}`,
    '',
  ];
  const curl = firstWebhook(app, dataDir);
  if (curl !== undefined && config.sources.some(({ name }) => name === 'splunk')) {
    lines.push(bold('Send a first webhook (paste it into another terminal):'), '', curl, '');
    lines.push(bold('Then watch it:'), '', '  npx komand-bridge deliveries list', '');
  }
  return `${lines.join('\n')}\n`;
}

function firstWebhook(app: App, dataDir: string): string | undefined {
  try {
    const token = readFileSync(join(dataDir, 'demo', 'splunk-token'), 'utf8').trim();
    const url = `${app.publicUrl ?? ''}/hooks/splunk?key=${token}`;
    return `curl -sS '${url}' -H 'Content-Type: application/json' -d '${JSON.stringify(FIRST_BODY)}'`;
  } catch {
    return undefined;
  }
}
