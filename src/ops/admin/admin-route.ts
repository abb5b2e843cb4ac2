import type { JsonSchema } from './json-schema.js';

/** Who is asking, by the name of the token that was shown. */
export interface Principal {
  readonly name: string;
  readonly role: 'viewer' | 'operator';
}

/** A request to the operations listener, freed from HTTP. */
export interface AdminRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed JSON body; `undefined` where there is none. */
  readonly body: unknown;
  readonly principal: Principal;
}

/** What a verb answers: JSON, text of a stated type, or text that goes on until `signal` fires (an export, the live tail). */
export type AdminAnswer =
  | { readonly status: number; readonly body: unknown }
  | { readonly status: number; readonly text: string; readonly contentType: string }
  | {
      readonly status: number;
      readonly stream: (signal: AbortSignal) => AsyncIterable<string>;
      readonly contentType: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/**
 * One verb of the operations API. The table of these is the API: the listener, the OpenAPI document and the tests
 * all read it. A verb knows nothing of Express; it throws `Problem` for anything that is not an answer.
 */
export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As Express writes it: `/api/v1/deliveries/:id`. */
  readonly path: string;
  /** `operator` for whatever changes something. */
  readonly role: Principal['role'];
  readonly summary: string;
  /** What goes in and comes out, for the OpenAPI document. */
  readonly doc?: RouteDoc;
  readonly handler: (request: AdminRequest) => Promise<AdminAnswer>;
}

export interface RouteDoc {
  /** Query parameters by name: the only ones that are taken. */
  readonly query?: Readonly<Record<string, JsonSchema>>;
  readonly body?: JsonSchema;
  /** The status of a good answer, 200 unless said otherwise. */
  readonly status?: number;
  readonly answer: JsonSchema;
  /** Other than `application/json`. */
  readonly contentType?: string;
}
