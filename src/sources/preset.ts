import type { Json } from '../model/json.js';
import type { WrittenAuth } from '../model/auth-settings.js';
import type { MappingSettings } from '../model/settings.js';

/** What ships for a product: one folder of `schemas/`, as read and found well-formed. Nothing in it is compiled yet. */
export interface Preset {
  readonly name: string;
  readonly title: string;
  /** The vendor's page about its webhooks. */
  readonly docs: string;
  /** How this sender proves itself, without secrets; `undefined` where the operator has to choose. */
  readonly auth: WrittenAuth | undefined;
  /** Other places where this sender may put the same secret; any of them counts. */
  readonly authAlso: readonly WrittenAuth[];
  readonly contentTypes: readonly string[];
  readonly extract: ExtractSettings;
  readonly handshakes: readonly HandshakeName[];
  readonly pings: readonly Clause[];
  readonly split: SplitSettings | undefined;
  /** In the order tried; a hash of the body stands behind them all. */
  readonly deliveryKeys: readonly KeySettings[];
  readonly dedupeWindowMs: number;
  readonly eventType: readonly Place[];
  readonly keepHeaders: readonly string[];
  readonly acceptedStatus: 200 | 202;
  readonly maxBody: number | undefined;
  readonly severity: SeverityTable;
  /** What the sender does when it gets no 2xx, in words. */
  readonly retries: string;
  readonly schema: Json;
  readonly mapping: MappingSettings;
  readonly folder: string;
}

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number] | 'unknown';

/** For each common severity the sender's words (any case) and numbers (`4`, `7..`, `4..6`, `..3`); the first match counts. */
export type SeverityTable = Readonly<Partial<Record<(typeof SEVERITIES)[number], readonly string[]>>>;

export type HandshakeName = 'sns' | 'event-grid' | 'cloudevents' | 'okta' | 'slack';

/** `json`: the body as it is. `form`: a field of a form that holds JSON, or all its fields. */
export type ExtractSettings =
  | { readonly as: 'json' }
  | { readonly as: 'cloudevents' }
  | { readonly as: 'form'; readonly field: string | undefined; readonly otherwise: 'refuse' | 'fields' };

/** A header of the request or a path in the body. */
export type Place = { readonly header: string } | { readonly body: string };

/** When a request is a ping: a header that has this value, or a condition that holds for the body. */
export type Clause = { readonly header: string; readonly equals: string } | { readonly when: string };

export interface SplitSettings {
  /** Path of the array; `.` = the body itself. */
  readonly path: string;
  /** Members of the body that each element needs: they are added to it as `_envelope`. */
  readonly envelope: readonly string[];
}

/** A path that ends in `?` may be missing; objects and arrays count by their content. `request`: never a duplicate. */
export type KeySettings =
  | { readonly from: 'request' }
  | { readonly from: 'header'; readonly name: string }
  | { readonly from: 'body'; readonly paths: readonly string[] };

/** Every preset that ships, by name. */
export interface PresetLibrary {
  readonly names: readonly string[];
  get(name: string): Preset | undefined;
}
