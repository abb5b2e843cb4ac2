import type { Observe } from './model/observation.js';
import type { Shared } from './shared.js';

/** What became of the last change of the configuration. */
export interface LastReload {
  /** Unix milliseconds. */
  readonly at: number;
  readonly result: 'used' | 'refused';
  /** The configuration's name, or every fault of it. */
  readonly detail: string;
}

/** Remembers the last reload of this process; `undefined` while there was none. */
export function rememberReload({ closers, now, watchers }: Shared): () => LastReload | undefined {
  let last: LastReload | undefined;
  const watch: Observe = (seen) => {
    if (seen.kind !== 'notice') return;
    const { event, data = {} } = seen;
    if (event === 'config.reloaded') last = { at: now(), result: 'used', detail: String(data['hash'] ?? '') };
    if (event === 'config.refused')
      last = { at: now(), result: 'refused', detail: String(data['faults'] ?? '') };
  };
  watchers.add(watch);
  closers.push('reload memory', async () => void watchers.delete(watch));
  return () => last;
}
