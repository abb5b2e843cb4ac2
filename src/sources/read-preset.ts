import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import type { MappingSettings } from '../model/settings.js';
import { presetAuth } from './preset-auth.js';
import type {
  Clause,
  ExtractSettings,
  HandshakeName,
  KeySettings,
  Place,
  Preset,
  SeverityTable,
  SplitSettings,
} from './preset.js';
import { durationMs, sizeBytes } from './units.js';

/** A day: longer than any sender here goes on with its retries at the pace that matters, short enough to forget. */
const DEDUPE_WINDOW = '24h';

/** preset.yaml as its schema lets it be. */
interface PresetFile {
  readonly title: string;
  readonly docs: string;
  readonly auth: 'choose' | JsonObject;
  readonly auth_also?: readonly JsonObject[];
  readonly content_types?: readonly string[];
  readonly extract?: string | { readonly form: string; readonly otherwise?: 'refuse' | 'fields' };
  readonly handshakes?: readonly HandshakeName[];
  readonly pings?: readonly Clause[];
  readonly split?: string | { readonly path: string; readonly envelope?: readonly string[] };
  readonly delivery_key: KeyFile | readonly KeyFile[];
  readonly dedupe_window?: string;
  readonly event_type?: Place | readonly Place[];
  readonly keep_headers?: readonly string[];
  readonly accepted_status?: 200 | 202;
  readonly max_body?: string;
  readonly severity?: Readonly<Record<string, readonly (string | number)[]>>;
  readonly retries: string;
  readonly mapping?: MappingSettings;
}

type KeyFile =
  'hash' | 'request' | { readonly header: string } | { readonly body: string | readonly string[] };

export interface PresetParts {
  readonly name: string;
  readonly folder: string;
  /** The content of preset.yaml, which its schema has checked. */
  readonly file: Json;
  readonly schema: Json;
  /** mapping.jsonata, where there is one. */
  readonly mapping: string | undefined;
}

/** Puts the files of a preset's folder together, every default filled in. */
export function readPreset({ name, folder, file, schema, mapping }: PresetParts): Preset {
  const said = file as JsonObject & PresetFile;
  return {
    name,
    folder,
    title: said.title,
    docs: said.docs,
    auth: said.auth === 'choose' ? undefined : presetAuth(said.auth),
    authAlso: (said.auth_also ?? []).map(presetAuth),
    contentTypes: said.content_types ?? ['application/json'],
    extract: readExtract(said.extract),
    handshakes: said.handshakes ?? [],
    pings: said.pings ?? [],
    split: readSplit(said.split),
    deliveryKeys: list(said.delivery_key).flatMap(readKey),
    dedupeWindowMs: durationMs(said.dedupe_window ?? DEDUPE_WINDOW),
    eventType: said.event_type === undefined ? [] : list(said.event_type),
    keepHeaders: said.keep_headers ?? [],
    acceptedStatus: said.accepted_status ?? 202,
    maxBody: said.max_body === undefined ? undefined : sizeBytes(said.max_body),
    severity: readSeverity(said.severity),
    retries: said.retries,
    schema,
    mapping: mapping ?? said.mapping ?? {},
  };
}

function list<T extends object | string>(one: T | readonly T[]): readonly T[] {
  return Array.isArray(one) ? (one as readonly T[]) : [one as T];
}

function readExtract(said: PresetFile['extract']): ExtractSettings {
  if (typeof said === 'object')
    return { as: 'form', field: said.form, otherwise: said.otherwise ?? 'refuse' };
  if (said === 'form-fields') return { as: 'form', field: undefined, otherwise: 'fields' };
  return { as: said === 'cloudevents' ? 'cloudevents' : 'json' };
}

function readSplit(said: PresetFile['split']): SplitSettings | undefined {
  if (said === undefined) return undefined;
  return typeof said === 'string'
    ? { path: said, envelope: [] }
    : { path: said.path, envelope: said.envelope ?? [] };
}

function readKey(said: KeyFile): KeySettings[] {
  if (said === 'hash') return [];
  if (said === 'request') return [{ from: 'request' }];
  if ('header' in said) return [{ from: 'header', name: said.header }];
  return [{ from: 'body', paths: list(said.body) }];
}

function readSeverity(said: PresetFile['severity']): SeverityTable {
  const entries = Object.entries(said ?? {}).map(([word, theirs]) => [word, theirs.map(String)] as const);
  return Object.fromEntries(entries);
}

/** Whether this preset has a mapping at all: without one there is no common alert to be made. */
export function hasMapping(parts: PresetParts): boolean {
  return parts.mapping !== undefined || (isJsonObject(parts.file) && parts.file['mapping'] !== undefined);
}
