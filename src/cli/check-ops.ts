import { listAt, textAt } from '../ops/console/fields.js';
import type { OpsSettings } from '../model/settings.js';
import type { LiveCheck } from './check-live.js';
import { EXIT } from './exit-code.js';

const ANSWER_MS = 5_000;

/** Is a bridge running here, and is it ready? None at all is no fault: a doctor may come before. Never rejects. */
export async function checkOps({ host, port }: OpsSettings): Promise<LiveCheck> {
  const here = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  try {
    const response = await fetch(`http://${here}:${port}/readyz`, {
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: { connection: 'close' },
    });
    const answer: unknown = await response.json();
    if (response.ok) return { name: 'bridge', ok: true, detail: 'is running and ready', exitCode: EXIT.ok };
    const why = listAt(answer, 'checks').map((check) => textAt(check, 'detail') ?? '');
    const detail = `is running, but not ready: ${why.join('; ')}`;
    return { name: 'bridge', ok: false, detail, exitCode: EXIT.failed };
  } catch {
    const detail = `none answers at ${here}:${port}`;
    return { name: 'bridge', ok: true, warning: true, detail, exitCode: EXIT.ok };
  }
}
