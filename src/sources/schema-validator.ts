import { Ajv, type ErrorObject, type Format, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { formatNames, fullFormats } from 'ajv-formats/dist/formats.js';
import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import type { SchemaFault } from '../model/problem.js';
import { compilePattern } from './linear-regexp.js';
import { schemaFaults } from './schema-checks.js';

export type Validate = (body: Json) => readonly SchemaFault[];

export type CompiledSchema =
  | { readonly ok: true; readonly validate: Validate }
  | { readonly ok: false; readonly faults: readonly string[] };

const MAX_FAULTS = 10;
/** Bodies of more values than this are told their first fault only: each value can break a rule of its own. */
const MAX_NODES_FOR_ALL = 5_000;
const MAX_POINTER = 200;
/** No date, address or identifier is longer, and the patterns behind formats are not all linear. */
const MAX_FORMAT_LENGTH = 2_048;

const regExp = Object.assign((pattern: string) => compilePattern(pattern), { code: 'compilePattern' });

const OPTIONS: Options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  allowUnionTypes: true,
  // A required member named `toString` is not there because every object inherits one
  ownProperties: true,
  $data: false,
  code: { regExp },
  formats: boundedFormats(),
  logger: false,
};

/**
 * Compiles a JSON Schema: draft-07 where its `$schema` says so, else 2020-12. A valid body costs one pass that
 * stops at the first fault; only a body that has one is read again for up to ten.
 */
export function compileSchema(schema: Json): CompiledSchema {
  if (!isJsonObject(schema)) return { ok: false, faults: ['a schema is a JSON object'] };
  const faults = schemaFaults(schema);
  if (faults.length > 0) return { ok: false, faults };
  try {
    const first = compileWith(schema, false);
    let all: ValidateFunction | undefined;
    const validate: Validate = (body) => {
      if (first(body)) return [];
      const found = first.errors ?? [];
      if (!fewerNodes(body, MAX_NODES_FOR_ALL)) return found.slice(0, 1).map(toFault);
      // Made when it is wanted: compiling takes longer than all else at the start of a process
      all ??= compileWith(schema, true);
      all(body);
      return distinct(all.errors ?? found);
    };
    return { ok: true, validate };
  } catch (error) {
    return { ok: false, faults: [error instanceof Error ? error.message : 'the schema cannot be compiled'] };
  }
}

/** A compiler costs more than a schema does, so each kind is made once; it forgets the schema as soon as it has compiled it. */
const compilers = new Map<string, Ajv>();

function compileWith(schema: JsonObject, allErrors: boolean): ValidateFunction {
  const { $schema } = schema;
  const old = typeof $schema === 'string' && $schema.includes('draft-07');
  const kind = `${old ? 'draft-07' : '2020-12'} ${allErrors ? 'all' : 'first'}`;
  let compiler = compilers.get(kind);
  if (compiler === undefined) {
    const options = { ...OPTIONS, allErrors };
    compiler = old ? new Ajv(options) : new Ajv2020(options);
    compilers.set(kind, compiler);
  }
  try {
    return compiler.compile(schema);
  } finally {
    compiler.removeSchema(schema);
  }
}

/** The full checks (`2026-02-30` is no date), on strings of bounded length. */
function boundedFormats(): Record<string, Format> {
  const formats: Record<string, Format> = {};
  for (const name of formatNames) {
    const full = fullFormats[name];
    formats[name] = name === 'regex' || isNumeric(full) ? true : bounded(full);
  }
  return formats;
}

function isNumeric(format: Format): boolean {
  return typeof format === 'object' && 'type' in format && format.type === 'number';
}

function bounded(format: Format): Format {
  const check = typeof format === 'object' && 'validate' in format ? format.validate : format;
  return (text: string): boolean => {
    if (text.length > MAX_FORMAT_LENGTH) return false;
    if (check instanceof RegExp) return check.test(text);
    return typeof check === 'function' ? check(text as never) === true : true;
  };
}

function distinct(errors: readonly ErrorObject[]): readonly SchemaFault[] {
  const faults = new Map<string, SchemaFault>();
  for (const error of errors) {
    const fault = toFault(error);
    faults.set(`${fault.pointer} ${fault.message}`, fault);
    if (faults.size === MAX_FAULTS) break;
  }
  return [...faults.values()];
}

/** Names the rule, never the value that broke it. */
function toFault(error: ErrorObject): SchemaFault {
  const pointer = error.instancePath.slice(0, MAX_POINTER);
  const allowed: unknown = error.keyword === 'enum' ? error.params['allowedValues'] : undefined;
  const list = Array.isArray(allowed) ? `: ${allowed.slice(0, 12).map(String).join(', ')}` : '';
  return { pointer, keyword: error.keyword, message: `${error.message ?? 'is not valid'}${list}` };
}

/** Stops counting as soon as the answer is known. */
function fewerNodes(body: Json, limit: number): boolean {
  const open: Json[] = [body];
  for (let seen = 0; open.length > 0; seen += 1) {
    if (seen + open.length > limit) return false;
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    for (const child of Object.values(node)) {
      open.push(child);
      if (open.length > limit) return false;
    }
  }
  return true;
}
