import type { Shared } from './shared.js';
import { createKomandTarget, type KomandTarget } from './targets/komand/target.js';

/**
 * Targets for asking only, in a process that delivers nothing: opened when somebody asks, since each logs in by
 * itself. They follow the configuration.
 */
export function createLookUpTargets({
  closers,
  inForce,
  now,
  observe,
  readFile,
}: Shared): () => readonly KomandTarget[] {
  const open = new Map<string, KomandTarget>();
  closers.push('targets to look up', async () => {
    await Promise.all([...open.values()].map((target) => target.close()));
  });
  return () => {
    const wanted = new Map(
      inForce().config.targets.map((settings) => [JSON.stringify(settings), settings] as const),
    );
    for (const [key, target] of open) {
      if (wanted.has(key)) continue;
      open.delete(key);
      void target.close();
    }
    return [...wanted].map(([key, settings]) => {
      const target = open.get(key) ?? createKomandTarget(settings, { observe, readFile, now });
      open.set(key, target);
      return target;
    });
  };
}
