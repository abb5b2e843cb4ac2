import type { AuthDeps } from '../../../src/sources/auth/create-authenticator.js';

/** 2026-01-02T03:04:05Z. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Dependencies that reach nothing; a test gives what it needs. */
export function fakeDeps(own: Partial<AuthDeps> = {}): AuthDeps {
  return {
    now: () => NOW,
    readFile: (path) => {
      throw new Error(`no such file: ${path}`);
    },
    fetchText: (url) => Promise.reject(new Error(`not to be fetched: ${url}`)),
    trustedProxyAddress: () => false,
    ...own,
  };
}
