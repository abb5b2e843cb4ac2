import { Problem } from '../../model/problem.js';
import type { AdminRequest, AdminRoute, Principal } from '../admin/admin-route.js';

export interface VerbInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: URLSearchParams;
  readonly body?: unknown;
}

/** Runs a verb of the API in this process and answers its JSON. Throws `Problem`, exactly as the API would answer. */
export type CallVerb = (verb: string, input?: VerbInput) => Promise<unknown>;

/**
 * Gives a person the verbs of the API, named as the API names them: `POST /api/v1/deliveries/:id/retry`. The role is
 * checked here too: hiding a button keeps nobody out.
 */
export function createCallVerb(routes: readonly AdminRoute[]): (principal: Principal) => CallVerb {
  const byName = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  return (principal) =>
    async (verb, { params = {}, query = new URLSearchParams(), body } = {}) => {
      const route = byName.get(verb);
      if (route === undefined) throw new Problem('not_found', 404, 'This bridge does not offer that.');
      if (route.role === 'operator' && principal.role !== 'operator') {
        throw new Problem('forbidden', 403, 'This needs a token with the role operator.');
      }
      const request: AdminRequest = { params, query, body, principal };
      const answer = await route.handler(request);
      if ('stream' in answer) throw new Problem('not_found', 404, 'Ask the API for this by its address.');
      return 'text' in answer ? answer.text : answer.body;
    };
}
