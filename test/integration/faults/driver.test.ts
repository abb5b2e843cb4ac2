import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';

interface Report {
  readonly good: boolean;
  readonly result: {
    readonly lost: readonly string[];
    readonly phantom: readonly string[];
    readonly faulty: readonly string[];
  };
}

/** Runs the driver of the long fault run as a program, on the built bridge. */
async function faults(...args: readonly string[]): Promise<{ code: number | null; report: Report }> {
  const main = new URL('../../faults/main.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--json', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, report: JSON.parse(text.split('\n')[0] ?? '') as Report };
}

const NOTHING_WRONG = { code: 0, report: { good: true, result: { lost: [], phantom: [], faulty: [] } } };

/** It starts eight processes and counts on them being on time: skipped unless the machine is its own. */
const SHARED_MACHINE = process.env['FAULTS_SHORT'] !== '1';

it.skipIf(SHARED_MACHINE)(
  'FAULTS_SHORT=1: a short run of the faults that cost most elsewhere holds',
  async () => {
    const only = 'redis-kill,komand-answers-lost,ingress-kill-before-answer,worker-kill-before-record';
    expect(await faults('--seed', '7', '--rate', '30', '--scale', '0.4', '--only', only)).toMatchObject(
      NOTHING_WRONG,
    );
  },
  110_000,
);

it.skipIf(SHARED_MACHINE)(
  'FAULTS_SHORT=1: kills between the acceptance by Komand and our record of it end with one job each',
  async () => {
    expect(await faults('--seed', '8', '--scenario', 'accept-record-kill', '--scale', '0.1')).toMatchObject(
      NOTHING_WRONG,
    );
  },
  90_000,
);
