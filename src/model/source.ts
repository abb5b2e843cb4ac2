import type { Delivery, Endpoint } from './delivery.js';
import type { Json } from './json.js';
import type { SchemaFault } from './problem.js';
import type { RawRequest } from './request.js';
import type { OnAmbiguous } from './settings.js';

/** Who was let in: which of the source's live secrets matched (0, 1, …), so that a rotation can be seen to be over. */
export interface Admitted {
  readonly ok: true;
  readonly secretIndex: number;
}

/** Why not: for operators only. The sender gets one and the same answer for all of them. */
export interface Refused {
  readonly ok: false;
  readonly cause: RefusalCause;
  /** One sentence to the point, e.g. `the timestamp is 372 s old, 300 s are allowed`. No secret, no signature. */
  readonly detail: string;
}

export type RefusalCause =
  | 'missing'
  | 'malformed'
  | 'wrong_secret'
  | 'reserialised_body'
  | 'wrong_encoding'
  | 'stale'
  | 'wrong_algorithm'
  | 'not_configured'
  | 'untrusted_certificate'
  | 'expired'
  | 'key_source_down';

export type Admission = Admitted | Refused;

/** Checks who sent a request, over its raw bytes. Never throws; equal work whatever is wrong. */
export type Authenticator = (request: RawRequest) => Admission | Promise<Admission>;

/** A preset's answer to a handshake or a ping, before any schema is looked at. */
export interface HandshakeAnswer {
  readonly kind: 'handshake' | 'ignored';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
}

/** Runs after authentication, before the schema. `undefined`: an ordinary event. */
export type Handshake = (
  request: RawRequest,
  body: Json,
) => HandshakeAnswer | undefined | Promise<HandshakeAnswer | undefined>;

/** One element of a request: its JSON text (exactly as received, digits and all) and its value. */
export interface BodyPart {
  readonly text: string;
  /** Ordinary numbers: what the schema sees. */
  readonly value: Json;
  /** Numbers that JavaScript cannot hold digit for digit stand as strings: what conditions and mappings see. */
  readonly exact: Json;
}

/** A source as the pipeline uses it: everything compiled once, nothing looked up per request. */
export interface Source {
  readonly name: string;
  readonly preset: string;
  readonly authenticate: Authenticator;
  /** Requests other than POST that a sender's handshake needs (Okta GET, CloudEvents OPTIONS); authenticates by itself. */
  readonly preflight:
    ((request: RawRequest) => HandshakeAnswer | undefined | Promise<HandshakeAnswer | undefined>) | undefined;
  /** May this address send? Without `allow_ips`, always true. */
  readonly addressAllowed: (address: string) => boolean;
  /** Media types without parameters, lower-case; `*` stands for a suffix such as `application/*+json`. */
  readonly contentTypes: readonly string[];
  readonly maxBody: number;
  /** May an event be headers alone, without a body and its type? So a CloudEvent in binary mode without data. */
  readonly bodyOptional?: boolean;
  /** Turns the authenticated bytes into JSON text: identity, or `payload=` of a form, or CloudEvents binary. */
  readonly extract: (request: RawRequest) => string;
  readonly handshake: Handshake | undefined;
  /** Cuts a batch into its parts; `undefined` where the source does not split. */
  readonly split: ((body: BodyPart) => readonly BodyPart[]) | undefined;
  /** Empty when the body is good; at most 10 faults. */
  readonly validate: (body: Json) => readonly SchemaFault[];
  /** The sender's key, or a hash of the part where it has none; at most 300 characters. */
  readonly deliveryKey: (request: RawRequest, part: BodyPart) => string;
  readonly dedupeWindowMs: number;
  readonly onInvalid: 'reject' | 'accept';
  /** 202, or 200 where the sender insists on it (Linear, Splunk Observability). */
  readonly acceptedStatus: number;
  readonly keepHeaders: readonly string[];
  readonly rateLimit: number | undefined;
  readonly maxPending: number | undefined;
  readonly expectedIntervalMs: number | undefined;
  readonly routes: readonly Route[];
}

/** A rule of a source: when it applies, what it sends and where to. */
export interface Route {
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly endpoint: Endpoint;
  /** Does the event take this route? Rejects with `MappingError` when the condition cannot be evaluated. */
  readonly when: ((input: ConditionInput) => Promise<boolean>) | undefined;
  readonly map: (delivery: MappingInput) => Promise<MappedBody>;
  readonly onAmbiguous: OnAmbiguous;
  readonly correlate: string | undefined;
  readonly maxAttempts: number;
  readonly giveUpAfterMs: number;
}

export interface ConditionInput {
  readonly exact: Json;
  readonly headers: Readonly<Record<string, string>>;
}

export type MappingInput = Pick<Delivery, 'body' | 'headers' | 'source' | 'eventId' | 'receivedAt'>;

/** What is sent to Komand. */
export interface MappedBody {
  /** The exact bytes: for `map: raw` those that came in. */
  readonly text: string;
}

/** A mapping or condition that failed on this body: the same body will fail again. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
}
