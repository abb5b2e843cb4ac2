import { deepFreeze } from '../model/deep-freeze.js';
import { isJsonObject, type JsonObject } from '../model/json.js';
import type { Config } from '../model/settings.js';
import { checkServices } from './check-services.js';
import { checkSources } from './check-sources.js';
import { checkTargets } from './check-targets.js';
import { checkValues } from './check-values.js';
import type { ConfigFault, Origin } from './config-fault.js';
import { configHash } from './config-hash.js';
import { configField } from './config-schema.js';
import { convert } from './convert.js';
import { deriveDefaults } from './derive-defaults.js';
import { applyEnvironment } from './env-overrides.js';
import { createFaultBook, type FaultBook } from './fault-book.js';
import { fillDefaults } from './fill-defaults.js';
import { originsOf, overlay } from './layers.js';
import { readYaml, type YamlText } from './read-yaml.js';
import { effectiveOrigins, redactValue } from './redact-config.js';
import { resolveReferences } from './references.js';
import { createSecretFiles } from './secret-files.js';
import { toConfig } from './to-config.js';
import { createValidator } from './validate-shape.js';

export type { ConfigFault, Origin } from './config-fault.js';

export interface LoadInput {
  /** Path of the YAML file. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For the file itself and for those that `${file:…}` and `BRIDGE_…_FILE` name. Throws where there is none. */
  readonly readFile: (path: string) => string;
  /** The mode bits of a file, where they are known: a secret that everybody may read is a warning. */
  readonly fileMode?: (path: string) => number | undefined;
  /** What `start --setup` provides, in the file's own form; weaker than the file and the environment. */
  readonly setup?: JsonObject;
  /** Names of the presets that exist. */
  readonly presets: readonly string[];
}

export type LoadedConfig =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly warnings: readonly ConfigFault[];
      /** Names the effective configuration; the values of secrets are not in it. */
      readonly hash: string;
      /** Everything that was read, for watching. */
      readonly files: readonly string[];
      /** By JSON pointer of each scalar of `effective`. */
      readonly origins: ReadonlyMap<string, Origin>;
      /** In the file's own form, defaults filled in, secrets hidden. */
      readonly effective: JsonObject;
      /** The line of the nearest ancestor that stands in the file. */
      readonly lineOf: (pointer: string) => number | undefined;
    }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

const validate = createValidator(configField.shape);

/**
 * File and environment → one typed, frozen configuration, or every fault at once. Never throws.
 *
 * read → over `setup` → environment → references → schema → checks → defaults → units and types
 */
export function loadConfig(input: LoadInput): LoadedConfig {
  const read = readMain(input);
  if (!read.ok) {
    return { ok: false, faults: read.faults.map((fault) => ({ file: input.file, ...fault })) };
  }
  const setup = input.setup ?? {};
  const layered = overlay(setup, read.value);
  const origins = originsOf(setup, layered, read.value);
  const variables = new Map<string, string>();
  const book = createFaultBook({ file: input.file, lineOf: read.lineOf, origins, variables });
  const files = createSecretFiles(input, book.report, book.warn);
  const { shape } = configField;

  const overridden = applyEnvironment(shape, layered, {
    env: input.env,
    files,
    report: book.reportVariable,
    origins,
    variables,
  });
  const resolved = resolveReferences(shape, overridden, {
    env: input.env,
    files,
    report: book.report,
    overridden: (pointer) => variables.has(pointer) || origins.get(pointer) === 'setup',
    origins,
  });
  const root = isJsonObject(resolved) ? resolved : {};
  checkAll(root, input, origins, book);
  if (book.faults.length > 0) return { ok: false, faults: inOrder(book.faults) };

  const complete = fillDefaults(shape, deriveDefaults(root));
  const effective = redactValue(shape, complete, origins);
  return {
    ok: true,
    config: deepFreeze(toConfig(convert(configField, complete))),
    warnings: inOrder(book.warnings),
    hash: configHash(effective),
    files: [input.file, ...files.paths],
    origins: effectiveOrigins(complete, origins),
    effective: isJsonObject(effective) ? deepFreeze(effective) : {},
    lineOf: read.lineOf,
  };
}

function readMain(input: LoadInput): YamlText {
  try {
    return readYaml(input.readFile(input.file));
  } catch {
    return { ok: false, faults: [{ pointer: '', message: 'cannot be read' }] };
  }
}

function checkAll(
  root: JsonObject,
  input: LoadInput,
  origins: ReadonlyMap<string, Origin>,
  book: FaultBook,
): void {
  validate(root, book.report);
  checkValues(configField.shape, root, origins, book.report, book.warn);
  checkServices(root, book.report);
  checkTargets(root, book.report, book.warn);
  checkSources(root, input.presets, book.report);
}

/** As they stand in the file, what has no line first. */
function inOrder(faults: readonly ConfigFault[]): readonly ConfigFault[] {
  return faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
