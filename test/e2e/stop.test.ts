import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { spawnProgram } from '../support/spawn-program.js';
import { waitUntil } from '../support/wait-until.js';

/** As a connection does that a library opened and never closes. */
const KEEPS_THE_PROCESS = '--import data:text/javascript,setInterval(()=>{},1e9)';

it('SIGTERM ends the process with 0 once all is closed, though something still keeps the event loop', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-stop-'));
  const [redis, ops] = [await freePort(), await freePort()];
  const config = join(dir, 'bridge.yaml');
  // Redis is away: that does not keep it from starting, nor from ending
  writeFileSync(
    config,
    `redis: { url: redis://127.0.0.1:${redis} }
ops: { port: ${ops}, tokens: [{ name: test, role: viewer, token: a-token-for-the-stop-test }] }
targets: { soar: { url: http://127.0.0.1:9, username: bridge, password: komand } }
sources: { alerts: { preset: generic, auth: none, routes: [{ workflow: 11111111-2222-4333-8444-555555555555 }] } }
`,
  );
  const args = ['start', '--roles', 'worker,ops', '--config', config, '--data', dir];
  const program = spawnProgram(args, { NODE_OPTIONS: KEEPS_THE_PROCESS }, dir);
  try {
    await waitUntil(
      'it to serve',
      async () => {
        if (program.child.exitCode !== null) throw new Error(`it ended: ${program.stderr()}`);
        return (await fetch(`http://127.0.0.1:${ops}/healthz`)).ok;
      },
      60_000,
    );
    program.signal('SIGTERM');
    expect(await program.ended()).toBe(0);
  } finally {
    await program.close();
    rmSync(dir, { recursive: true, force: true });
  }
});
