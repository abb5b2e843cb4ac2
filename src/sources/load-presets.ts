import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { isJsonObject, type Json } from '../model/json.js';
import type { Preset, PresetLibrary } from './preset.js';
import { hasMapping, readPreset, type PresetParts } from './read-preset.js';
import { compileSchema, type Validate } from './schema-validator.js';

export interface PresetFault {
  readonly preset: string;
  /** The file in the preset's folder. */
  readonly file: string;
  readonly message: string;
}

export type LoadedPresets =
  | { readonly ok: true; readonly library: PresetLibrary }
  | { readonly ok: false; readonly faults: readonly PresetFault[] };

/** Raised and caught in this file only: one part of a preset that cannot be used. */
class Unusable extends Error {
  constructor(
    readonly file: string,
    sentence: string,
  ) {
    super(sentence);
  }
}

/**
 * Reads every preset below a folder: each sub-folder with a preset.yaml is one. All faults of all presets are
 * reported together. Payload schemas and mappings are compiled later, and only those of sources in use.
 */
export function loadPresets(directory: string): LoadedPresets {
  const presets = new Map<string, Preset>();
  const faults: PresetFault[] = [];
  const check = presetCheck(directory);
  if (typeof check === 'string')
    return { ok: false, faults: [{ preset: '', file: directory, message: check }] };
  for (const name of presetNames(directory)) {
    const parts = readParts(directory, name);
    if (!Array.isArray(parts)) presets.set(name, readPreset(parts));
    else faults.push(...parts.map(({ file, message }) => ({ preset: name, file, message })));
  }
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, library: { names: [...presets.keys()], get: (name) => presets.get(name) } };

  function readParts(root: string, name: string): PresetParts | Unusable[] {
    const folder = join(root, name);
    const broken: Unusable[] = [];
    const attempt = <T>(read: () => T): T | undefined => {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof Unusable)) throw error;
        broken.push(error);
        return undefined;
      }
    };
    const file = attempt(() => readYaml(folder, 'preset.yaml'));
    const schema = attempt(() => readJson(folder, 'payload.schema.json'));
    const mappingFile = join(folder, 'mapping.jsonata');
    const mapping = existsSync(mappingFile) ? readFileSync(mappingFile, 'utf8') : undefined;
    if (file !== undefined && typeof check === 'function') {
      const found = check(file);
      broken.push(
        ...found.map((each) => new Unusable('preset.yaml', `${each.pointer || '/'} ${each.message}`)),
      );
    }
    if (file === undefined || schema === undefined || broken.length > 0) return broken;
    const parts = { name, folder, file, schema, mapping };
    return hasMapping(parts)
      ? parts
      : [new Unusable('mapping.jsonata', 'is missing, and preset.yaml has no mapping')];
  }
}

/** The names of the presets below a folder, in alphabetical order. */
export function presetNames(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, 'preset.yaml')))
    .map((entry) => entry.name)
    .sort();
}

/** The check of preset.yaml, or why there is none. */
function presetCheck(directory: string): Validate | string {
  try {
    const compiled = compileSchema(readJson(directory, 'preset.schema.json'));
    return compiled.ok ? compiled.validate : compiled.faults.join('; ');
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return `${error.file} ${error.message}`;
  }
}

function readYaml(folder: string, file: string): Json {
  const document = parseDocument(readText(folder, file), { prettyErrors: false });
  const first = document.errors[0];
  if (first !== undefined) throw new Unusable(file, `is not YAML: ${first.message}`);
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  if (!isJsonObject(value)) throw new Unusable(file, 'is not a YAML mapping');
  return value;
}

function readJson(folder: string, file: string): Json {
  const text = readText(folder, file);
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Unusable(file, 'is not JSON');
  }
}

function readText(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    throw new Unusable(file, 'cannot be read');
  }
}
