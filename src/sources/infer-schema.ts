import { isJsonObject, type Json, type JsonObject } from '../model/json.js';

/** Beyond these nobody reads a schema, and a compiler takes seconds over it; what is left out is allowed, not refused. */
const MAX_DEPTH = 24;
const MAX_PROPERTIES = 500;
/** An object with at least so many names, none of them in each sample, is a map: its names are data. */
const MAP_NAMES = 8;
const MAP_SAMPLES = 3;

export interface InferOptions {
  /** For people: what the bodies are. */
  readonly title?: string;
  /**
   * So many times must an object have been seen before the members it always had count as required (2 by default):
   * of a single body nobody can tell.
   */
  readonly requiredFrom?: number;
}

interface Run {
  readonly requiredFrom: number;
  properties: number;
}

/**
 * A JSON Schema (draft 2020-12) that all the samples keep to, in the spirit of the presets: strict about what was
 * always there and of which type it was, open about everything else. Holds names and types, never a value of a
 * sample. The samples' order does not matter. Throws a `RangeError` without samples.
 */
export function inferSchema(samples: readonly Json[], options: InferOptions = {}): JsonObject {
  if (samples.length === 0) throw new RangeError('a schema is inferred from at least one sample');
  const run = { requiredFrom: options.requiredFrom ?? 2, properties: 0 };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...(options.title === undefined ? {} : { title: options.title }),
    ...inferNode(samples, run, 0),
  };
}

function inferNode(values: readonly Json[], run: Run, depth: number): JsonObject {
  const types = typesOf(values);
  const [only] = types;
  // A null alone says nothing of what else may stand there
  if (only === undefined || (types.length === 1 && only === 'null')) return {};
  const type = types.length === 1 ? only : types;
  if (depth >= MAX_DEPTH) return { type };
  return {
    type,
    ...inferObject(values.filter(isJsonObject), run, depth),
    ...inferList(values.filter(isList), run, depth),
  };
}

function typesOf(values: readonly Json[]): readonly string[] {
  const types = new Set(values.map(typeOf));
  // An integer is a number too
  if (types.has('number')) types.delete('integer');
  return [...types].sort();
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function inferObject(objects: readonly JsonObject[], run: Run, depth: number): JsonObject {
  const members = membersOf(objects);
  if (members.size === 0) return {};
  const counts = [...members].map(([name, values]) => ({ name, always: values.length === objects.length }));
  const shared = counts.filter(({ always }) => always).map(({ name }) => name);
  if (shared.length === 0 && members.size >= MAP_NAMES && objects.length >= MAP_SAMPLES) {
    return { additionalProperties: inferNode([...members.values()].flat(), run, depth + 1) };
  }
  const properties: (readonly [string, JsonObject])[] = [];
  for (const [name, values] of members) {
    if (run.properties >= MAX_PROPERTIES) break;
    run.properties += 1;
    properties.push([name, inferNode(values, run, depth + 1)]);
  }
  // What is not described is not asked for either
  const described = new Set(properties.map(([name]) => name));
  const required = objects.length >= run.requiredFrom ? shared.filter((name) => described.has(name)) : [];
  return {
    ...(required.length === 0 ? {} : { required }),
    // Keeps a member named `__proto__` a member
    properties: Object.fromEntries(properties),
  };
}

/** Every value of each name, the names in alphabetical order. */
function membersOf(objects: readonly JsonObject[]): ReadonlyMap<string, readonly Json[]> {
  const members = new Map<string, Json[]>();
  for (const object of objects) {
    for (const [name, value] of Object.entries(object)) {
      const values = members.get(name);
      if (values === undefined) members.set(name, [value]);
      else values.push(value);
    }
  }
  return new Map([...members].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function inferList(lists: readonly (readonly Json[])[], run: Run, depth: number): JsonObject {
  const elements = lists.flat();
  if (elements.length === 0) return {};
  const items = inferNode(elements, run, depth + 1);
  return Object.keys(items).length === 0 ? {} : { items };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
