import type { Notice } from '../../model/observation.js';
import type { ErrorClass } from '../../model/outcome.js';
import type { LoginOutcome } from './login.js';
import { createRedact, type Redact } from './redact.js';
import { readClaims, usableFor } from './token.js';

const MINUTE = 60_000;
/** After a refusal: 5, 10, 20, 40, 80, 160 min, then every 4 h. Any faster may lock the account. */
const REFUSED_MS = { first: 5 * MINUTE, most: 240 * MINUTE };
/** After no answer: 1, 2, 4 … 60 s. */
const UNAVAILABLE_MS = { first: 1_000, most: MINUTE };

/** A token in use. */
export interface Grant {
  readonly token: string;
  /** Unix milliseconds by our clock. */
  readonly issuedAt: number;
  /** Unix milliseconds by our clock, margin taken off. */
  readonly usableUntil: number;
  readonly permissions: readonly string[] | undefined;
  /** Masks this token and the password. */
  readonly redact: Redact;
}

export type SessionState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'open';
      readonly since: number;
      readonly usableUntil: number;
      readonly permissions: readonly string[] | undefined;
    }
  | {
      /** `refused`: Komand said no; somebody must act. `unavailable`: it did not answer the login. */
      readonly kind: 'refused' | 'unavailable';
      readonly reason: string;
      readonly errorClass: ErrorClass;
      /** Unix milliseconds. */
      readonly since: number;
      /** Unix milliseconds before which no login is tried. */
      readonly retryAt: number;
      /** Logins that failed in a row. */
      readonly failures: number;
    };

/** No token can be had now. */
export class SessionUnavailable extends Error {
  override readonly name = 'SessionUnavailable';

  constructor(
    readonly kind: 'refused' | 'unavailable',
    readonly errorClass: ErrorClass,
    override readonly message: string,
    /** Milliseconds until a login is tried again. */
    readonly retryAfterMs: number,
  ) {
    super(message);
  }
}

export interface Session {
  /** The token in use, when there is one that still lasts. */
  current(): Grant | undefined;
  /** The token in use, or one login for all who ask meanwhile. Rejects with `SessionUnavailable`. */
  grant(): Promise<Grant>;
  /** After this grant was not accepted: the newer one somebody already has, or a new login. Rejects like `grant`. */
  renew(refused: Grant): Promise<Grant>;
  state(): SessionState;
  /** Forgets token and back-off; the next `grant` logs in. */
  reset(): void;
}

export interface SessionDeps {
  /** Never rejects. */
  readonly login: () => Promise<LoginOutcome>;
  readonly target: string;
  readonly password: string;
  /** How long a token of unknown lifetime is used, in milliseconds. */
  readonly sessionMax: number;
  readonly now: () => number;
  readonly notice: (notice: Omit<Notice, 'kind'>) => void;
}

/** A session that logs in when it must, once for all callers, and never hammers a Komand that refuses. */
export function createSession(deps: SessionDeps): Session {
  let current: Grant | undefined;
  let pending: Promise<Grant> | undefined;
  let state: SessionState = { kind: 'none' };

  const opened = (token: string): Grant => {
    const claims = readClaims(token);
    const issuedAt = deps.now();
    const usableUntil = issuedAt + usableFor(claims, issuedAt, deps.sessionMax);
    const { permissions } = claims;
    current = { token, issuedAt, usableUntil, permissions, redact: createRedact([token, deps.password]) };
    const recovered = state.kind === 'refused' || state.kind === 'unavailable';
    state = { kind: 'open', since: issuedAt, usableUntil, permissions };
    deps.notice({
      level: recovered ? 'info' : 'debug',
      event: 'session.opened',
      message: `Logged in to ${deps.target}`,
      data: { target: deps.target },
    });
    return current;
  };

  const failed = (outcome: Exclude<LoginOutcome, { kind: 'granted' }>): SessionUnavailable => {
    const { kind, errorClass, reason } = outcome;
    const failures = state.kind === kind ? state.failures + 1 : 1;
    const { first, most } = kind === 'refused' ? REFUSED_MS : UNAVAILABLE_MS;
    const asked = outcome.kind === 'unavailable' ? (outcome.retryAfterMs ?? 0) : 0;
    const wait = Math.max(Math.min(first * 2 ** (failures - 1), most), asked);
    const since = deps.now();
    state = { kind, reason, errorClass, since, retryAt: since + wait, failures };
    // A refusal needs somebody each time; an outage is told once.
    if (kind === 'refused' || failures === 1) {
      deps.notice({
        level: kind === 'refused' ? 'error' : 'warn',
        event: `session.${kind}`,
        message: `No login to ${deps.target}: ${reason}; next try in ${Math.ceil(wait / 1_000)} s`,
        data: { target: deps.target, error_class: errorClass, retry_after_s: Math.ceil(wait / 1_000) },
      });
    }
    return new SessionUnavailable(kind, errorClass, reason, wait);
  };

  const login = (): Promise<Grant> => {
    const now = deps.now();
    // A clock that was set back must not prolong the wait: outside [since, retryAt) a login is tried.
    if ((state.kind === 'refused' || state.kind === 'unavailable') && now >= state.since) {
      const wait = state.retryAt - now;
      if (wait > 0)
        return Promise.reject(new SessionUnavailable(state.kind, state.errorClass, state.reason, wait));
    }
    const attempt = (pending ??= deps.login().then((outcome) => {
      if (pending === attempt) pending = undefined;
      if (outcome.kind === 'granted') return opened(outcome.token);
      throw failed(outcome);
    }));
    return attempt;
  };

  const usable = (): Grant | undefined => {
    const now = deps.now();
    // Issued in the future: the clock was set back, and nothing is known of the token's end any more.
    return current !== undefined && now >= current.issuedAt && now < current.usableUntil
      ? current
      : undefined;
  };
  const grant = async (): Promise<Grant> => usable() ?? login();

  return {
    current: usable,
    grant,
    renew(refused) {
      if (current === refused) current = undefined;
      return grant();
    },
    state: () => state,
    reset() {
      current = undefined;
      state = { kind: 'none' };
    },
  };
}
