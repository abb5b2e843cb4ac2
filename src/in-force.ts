import type { Config } from './model/settings.js';
import type { Source } from './model/source.js';

/** A configuration that was read and compiled: whole, or not at all. */
export interface InForce {
  readonly config: Config;
  readonly sources: ReadonlyMap<string, Source>;
  /** Names the configuration in metrics and logs; says nothing of its contents. */
  readonly hash: string;
}
