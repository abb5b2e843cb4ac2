import { createHmac } from 'node:crypto';
import { STREAM, type Random } from './random.js';
import type { SimulatorSettings } from './settings.js';

/** More than this many logins within a token's life are the caller's fault; the oldest tokens end then. */
const MOST_TOKENS = 10_000;

export const PERMISSIONS = [
  'PLUGIN_MODIFY',
  'WORKFLOW_MODIFY',
  'CONNECTION_MODIFY',
  'USER_CREATE',
  'USER_MANAGER',
  'APP',
  'PRODUCT_KEY_VIEW',
];

/** The tokens that are good now: looked up, not verified, because thousands of requests a second carry the same. */
export class Tokens {
  /** When each ends, Unix milliseconds of the simulator's clock. */
  readonly #endOf = new Map<string, number>();
  #issued = 0;

  constructor(private readonly random: Random) {}

  /** A JWT (HS256) with the claims of a real one. No two are the same. */
  issue(settings: SimulatorSettings, now: number): string {
    const n = this.#issued++;
    const token = signed(claims(settings, this.random.uuid(STREAM.session, n), now), this.random);
    this.#endOf.set(token, now + settings.tokenTtlMs);
    const oldest = this.#endOf.keys().next();
    if (this.#endOf.size > MOST_TOKENS && oldest.done !== true) this.#endOf.delete(oldest.value);
    return token;
  }

  accepts(token: string, now: number): boolean {
    return now < (this.#endOf.get(token) ?? 0);
  }

  alive(now: number): number {
    return [...this.#endOf.values()].filter((end) => now < end).length;
  }

  /** Ends every token, whatever its `exp` says. Answers how many. */
  revoke(): number {
    const count = this.#endOf.size;
    this.#endOf.clear();
    return count;
  }
}

function claims({ user, tokenTtlMs, tokenExp }: SimulatorSettings, session: string, now: number): object {
  const issuedAt = Math.floor(now / 1_000);
  const end = { normal: Math.ceil((now + tokenTtlMs) / 1_000), 'before-iat': 123_455, missing: undefined };
  return {
    enable_licensing: true,
    exp: end[tokenExp],
    hashed_account_id: 'c2ltdWxhdG9y',
    iat: issuedAt,
    komand_branch: 'simulator',
    komand_revision: '0000000000000000000000000000000000000000',
    komand_version: '0.4000',
    pendo_account: session,
    perms: PERMISSIONS,
    sub: user,
    user: {
      user_id: 1,
      user_name: user,
      inactive: false,
      first_name: 'Simulated',
      last_name: 'User',
      company_title: '',
      avatar_url: '',
    },
  };
}

function signed(payload: object, random: Random): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
  return `${text}.${createHmac('sha256', random.uuid(STREAM.session, 0xffffffff)).update(text).digest('base64url')}`;
}
