import type { Json, JsonObject } from '../../model/json.js';
import { readText } from './read-text.js';

/** Komand's lists, read as far as a person needs them; `raw` has the rest. */
export interface KomandWorkflow {
  readonly id: string;
  readonly name: string;
  readonly raw: JsonObject;
}

export interface KomandUser {
  readonly id: string;
  readonly name: string;
  readonly fullName: string;
  readonly email: string;
  readonly role: string;
  readonly inactive: boolean;
  readonly raw: JsonObject;
}

/** A connection or a plugin: Komand's shape for both is not documented, so the usual names are tried. */
export interface KomandThing {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly raw: JsonObject;
}

function first(raw: JsonObject, names: readonly string[]): string {
  for (const name of names) {
    const text = readText(raw[name]);
    if (text !== undefined) return text;
  }
  return '';
}

export function readWorkflow(raw: JsonObject): KomandWorkflow {
  return { id: first(raw, ['workflow_uid', 'uid', 'id']), name: first(raw, ['name']), raw };
}

export function readUser(raw: JsonObject): KomandUser {
  const inactive: Json | undefined = raw['inactive'];
  return {
    id: first(raw, ['user_id', 'id']),
    name: first(raw, ['user_name', 'name']),
    fullName: `${first(raw, ['first_name'])} ${first(raw, ['last_name'])}`.trim(),
    email: first(raw, ['email']),
    role: first(raw, ['role_name']),
    inactive: inactive === true,
    raw,
  };
}

export function readConnection(raw: JsonObject): KomandThing {
  return {
    id: first(raw, ['connection_id', 'connection_uid', 'uid', 'id']),
    name: first(raw, ['name', 'title']),
    type: first(raw, ['plugin_name', 'plugin', 'type']),
    raw,
  };
}

export function readPlugin(raw: JsonObject): KomandThing {
  return {
    id: first(raw, ['plugin_id', 'plugin_uid', 'uid', 'id']),
    name: first(raw, ['name', 'title']),
    type: first(raw, ['version', 'plugin_version']),
    raw,
  };
}
