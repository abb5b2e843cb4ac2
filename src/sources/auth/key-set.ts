import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import type { JwtSettings } from '../../model/auth-settings.js';
import type { AuthDeps } from './auth-deps.js';

const MAX_BYTES = 1_048_576;
const TIMEOUT_MS = 3_000;
/** How long keys are used before they are asked for again. */
const FRESH_MS = 600_000;
/** How long they are used when the source of them does not answer: a withdrawn key must end some time. */
const STALE_MS = 86_400_000;
/** The shortest time between two loads, so that made-up key ids cannot make us ask without end. */
const COOLDOWN_MS = 30_000;

/** The keys cannot be had now; the message says why. */
export class KeySourceDown extends Error {
  override readonly name = 'KeySourceDown';
}

export interface KeySet {
  /** The keys in use. Rejects with `KeySourceDown`. */
  current(): Promise<JWTVerifyGetKey>;
  /** Newer keys than `old`, or `undefined` where it is too soon to ask again. Rejects with `KeySourceDown`. */
  newer(old: JWTVerifyGetKey): Promise<JWTVerifyGetKey | undefined>;
}

type Deps = Pick<AuthDeps, 'now' | 'readFile' | 'fetchText'>;

/** The signing keys of a JWT's issuer, from a file or a URL, loaded at first use and once for all who wait. */
export function createKeySet(settings: JwtSettings, deps: Deps): KeySet {
  let held: { readonly keys: JWTVerifyGetKey; readonly at: number } | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure = '';
  let loading: Promise<void> | undefined;

  const load = (): Promise<void> => {
    triedAt = deps.now();
    loading ??= loadText(settings, deps)
      .then((text) => {
        held = { keys: createLocalJWKSet(JSON.parse(text)), at: deps.now() };
      })
      .catch((error: unknown) => {
        failure = error instanceof Error ? error.message : 'the keys cannot be read';
      })
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };
  const coolingDown = (): boolean => {
    const since = deps.now() - triedAt;
    return since >= 0 && since < COOLDOWN_MS;
  };
  const usable = (maxAge: number): JWTVerifyGetKey | undefined =>
    held !== undefined && deps.now() - held.at < maxAge ? held.keys : undefined;

  return {
    async current() {
      const fresh = usable(FRESH_MS);
      if (fresh !== undefined) return fresh;
      if (loading !== undefined || !coolingDown()) await (loading ?? load());
      const keys = usable(STALE_MS);
      if (keys === undefined) throw new KeySourceDown(failure);
      return keys;
    },
    async newer(old) {
      if (held?.keys === old && (loading !== undefined || !coolingDown())) await (loading ?? load());
      return held?.keys === old ? undefined : held?.keys;
    },
  };
}

async function loadText(settings: JwtSettings, deps: Deps): Promise<string> {
  if (settings.jwksUrl === undefined) return deps.readFile(settings.jwksFile ?? '');
  return deps.fetchText(settings.jwksUrl, { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS });
}
