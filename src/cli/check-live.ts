import { readFileSync } from 'node:fs';
import type { Config } from '../model/settings.js';
import { readDurability } from '../queue/durability.js';
import { KomandCallFailed } from '../targets/komand/komand-call-failed.js';
import { createKomandTarget } from '../targets/komand/target.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { exitCodeFor } from './komand-target.js';
import { withRedis } from './with-redis.js';

export interface LiveCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Nothing is broken, but somebody should know. */
  readonly warning?: true;
  /** For a check that failed. */
  readonly exitCode: ExitCode;
}

/** Clocks further apart than this make signatures look stale. */
const SKEW_MS = 5_000;

/** Asks Redis and every target, one after the other. Never rejects for what they answer. */
export async function checkLive(config: Config): Promise<readonly LiveCheck[]> {
  const checks = [...(await checkRedis(config))];
  for (const settings of config.targets) {
    const target = createKomandTarget(settings, {
      observe: () => undefined,
      readFile: (path) => readFileSync(path, 'utf8'),
    });
    const name = `target ${settings.name}`;
    try {
      const state = await target.login();
      const permissions = state.kind === 'open' ? (state.permissions?.join(', ') ?? 'not told') : 'none';
      checks.push({ name, ok: true, detail: `logged in; permissions: ${permissions}`, exitCode: EXIT.ok });
    } catch (error) {
      if (!(error instanceof KomandCallFailed)) throw error;
      checks.push({ name, ok: false, detail: error.message, exitCode: exitCodeFor(error.errorClass) });
    } finally {
      await target.close();
    }
  }
  return checks;
}

async function checkRedis({ redis }: Config): Promise<readonly LiveCheck[]> {
  try {
    return await withRedis(redis, async ({ quick }) => {
      const { durable, sentence } = await readDurability(quick);
      const [seconds = 0, micros = 0] = (await quick.time()).map(Number);
      const skew = Math.abs(Date.now() - seconds * 1_000 - micros / 1_000);
      return [
        { name: 'redis', ok: durable, detail: sentence, exitCode: EXIT.failed },
        {
          name: 'clock',
          ok: skew < SKEW_MS,
          detail: `${(skew / 1_000).toFixed(1)} s from Redis' clock`,
          exitCode: EXIT.failed,
        },
      ];
    });
  } catch (error) {
    // A Redis that goes away between two questions is one that does not answer
    const detail = 'Redis does not answer; events would go to the spool';
    if (error instanceof Error) return [{ name: 'redis', ok: false, detail, exitCode: EXIT.dependencyDown }];
    throw error;
  }
}
