import { Problem } from '../../model/problem.js';
import type { AdminRoute } from './admin-route.js';

const RETRY_AFTER_SECONDS = 5;

/** What the store's client throws while the store is away is no fault of the bridge: 503, and told to come back. */
export function unlessStoreAway(
  routes: readonly AdminRoute[],
  storeReady: () => Promise<{ readonly ok: boolean }>,
): readonly AdminRoute[] {
  return routes.map((route) => ({
    ...route,
    handler: async (request) => {
      try {
        return await route.handler(request);
      } catch (error) {
        if (error instanceof Problem || (await storeReady()).ok) throw error;
        const sentence = 'The store does not answer right now. What was accepted is kept; ask again later.';
        throw new Problem('store_unavailable', 503, sentence, { retryAfterSeconds: RETRY_AFTER_SECONDS });
      }
    },
  }));
}
