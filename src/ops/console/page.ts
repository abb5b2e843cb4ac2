import type { Principal } from '../admin/admin-route.js';
import type { Html } from './html.js';
import type { BridgeHealth } from './ports.js';
import type { CallVerb } from './verbs.js';

/** A request for a screen, freed from HTTP, by somebody who is signed in. */
export interface PageRequest {
  /** The named parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The fields of a posted form; empty for GET. */
  readonly form: URLSearchParams;
  /** Path and query as asked for: where a form comes back to. */
  readonly url: string;
  readonly principal: Principal;
  readonly csrfToken: string;
  readonly health: BridgeHealth;
  /** Unix milliseconds; one moment for everything on the page. */
  readonly now: number;
  readonly call: CallVerb;
}

/** A screen, or where to go next: after a change always by GET, so that a reload repeats nothing. */
export type PageAnswer =
  | { readonly title: string; readonly section: string; readonly body: Html; readonly status?: number }
  | { readonly redirect: string }
  | { readonly text: string; readonly contentType: string; readonly filename: string };

/** One screen, or one form's target. */
export interface Page {
  readonly method: 'GET' | 'POST';
  /** With `:name` for one segment. */
  readonly path: string;
  readonly handler: (request: PageRequest) => Promise<PageAnswer> | PageAnswer;
}
