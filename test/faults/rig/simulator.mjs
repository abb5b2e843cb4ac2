import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { manage } from './process.mjs';
import { sleep, waitFor } from './wait.mjs';
import { writeFileSync } from 'node:fs';

/** @typedef {Awaited<ReturnType<typeof openSimulator>>} SimulatorRig */

const SETTINGS = { jobDelayMs: [0, 300], jobDurationMs: [50, 500], outcomes: { succeeded: 9, failed: 1 } };

/**
 * A Komand as a process of its own, whose jobs outlive it.
 * @param {{ program: string, dir: string, seed: number }} options
 */
export async function openSimulator({ program, dir, seed }) {
  const port = await freePort();
  const settings = join(dir, 'simulator-settings.json');
  writeFileSync(settings, JSON.stringify(SETTINGS));
  const args = [program, 'simulate', '--port', String(port), '--seed', String(seed), '--settings', settings];
  args.push('--state', join(dir, 'simulator-state.jsonl'), '--keep', '1000000');
  const managed = manage({
    name: 'simulator',
    command: process.execPath,
    args,
    env: { PATH: process.env.PATH ?? '' },
    cwd: dir,
    logFile: join(dir, 'simulator.log'),
  });
  const url = `http://127.0.0.1:${port}`;

  /** @param {string} method @param {string} path @param {unknown} [body] */
  const control = async (method, path, body) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${url}/__sim/${path}`, { method, headers: { connection: 'close' }, ...sent });
    if (!answer.ok) throw new Error(`simulator ${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const start = async () => {
    managed.start();
    await waitFor('the simulator to listen', async () => (await control('GET', 'faults')).ok);
  };
  await start();
  return {
    port,
    url,
    managed,
    start,
    control,
    /** Rules in force while `during` runs. @param {readonly object[]} rules @param {() => Promise<void>} during */
    async withFaults(rules, during) {
      await control('POST', 'faults', rules);
      try {
        await during();
      } finally {
        await control('DELETE', 'faults');
      }
    },
    /** Every job that was ever accepted. @returns {Promise<SimJob[]>} */
    async jobs() {
      /** @type {SimJob[]} */
      const all = [];
      for (let since = 0; ;) {
        const page = /** @type {{ entries: SimJob[], next: number }} */ (
          await (await control('GET', `jobs?since=${since}&limit=20000`)).json()
        );
        all.push(...page.entries);
        if (page.entries.length === 0) return all;
        since = page.next;
        await sleep(0);
      }
    },
    /** Requests as the ledger has them since the simulator's last start. */
    summary: async () =>
      /** @type {Record<string, unknown>} */ (await (await control('GET', 'ledger/summary')).json()),
    async close() {
      managed.signal('SIGCONT');
      managed.signal('SIGKILL');
      await managed.ended();
    },
  };
}

/** @typedef {{ n: number, job_id: string, workflow_uid: string, accepted_at: number, sha256: string, body: string }} SimJob */
