import type { JsonObject } from './model/json.js';
import type { Config } from './model/settings.js';
import type { Source } from './model/source.js';

/** A configuration that was read and compiled: whole, or not at all. */
export interface InForce {
  readonly config: Config;
  readonly sources: ReadonlyMap<string, Source>;
  /** Names the configuration in metrics and logs; says nothing of its contents. */
  readonly hash: string;
  /** As people may see it: in the file's own form, with every default, without secrets. */
  readonly effective: EffectiveConfig;
}

export interface EffectiveConfig {
  readonly config: JsonObject;
  /** Where each scalar of `config` came from, by JSON pointer. */
  readonly origins: Readonly<Record<string, string>>;
}
