import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { InForce } from '../in-force.js';
import type { ConfigFault } from '../config/config-fault.js';
import { formatFaults } from '../config/format-faults.js';
import { loadConfig, type LoadedConfig } from '../config/load-config.js';
import { redactConfig } from '../config/redact-config.js';
import type { JsonObject } from '../model/json.js';
import { compileAddressList } from '../sources/address-list.js';
import { fetchText } from '../sources/auth/fetch-text.js';
import { compileSources, type SourceDeps } from '../sources/compile-sources.js';
import { loadPresets } from '../sources/load-presets.js';
import type { PresetLibrary } from '../sources/preset.js';
import type { CliIo } from './cli-io.js';
import { rememberedSetup } from './demo-setup.js';
import { CliError, EXIT } from './exit-code.js';

/** The presets that ship stand beside the built program. */
const SCHEMAS = fileURLToPath(new URL('../../schemas', import.meta.url));

/** Everything read and compiled, or every fault of it. */
export type Loaded =
  | {
      readonly ok: true;
      readonly inForce: InForce;
      readonly warnings: readonly ConfigFault[];
      readonly read: Extract<LoadedConfig, { ok: true }>;
    }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

export const readText = (path: string): string => readFileSync(path, 'utf8');

/** Throws a `CliError` when a preset that ships is broken: an installation that is not whole. */
export function shippedPresets(): PresetLibrary {
  const loaded = loadPresets(SCHEMAS);
  if (loaded.ok) return loaded.library;
  const faults = loaded.faults.map(({ preset, file, message }) => `schemas/${preset}/${file} ${message}`);
  throw new CliError(faults.join('\n'), EXIT.config);
}

/** Reads the configuration and compiles its sources. `setup` is weaker than the file and the environment. */
export function loadInForce(
  io: CliIo,
  file: string,
  presets: PresetLibrary,
  setup: JsonObject | undefined = rememberedSetup(file),
): Loaded {
  const read = loadConfig({
    file,
    env: io.env,
    readFile: readText,
    fileMode: (path) => statSync(path, { throwIfNoEntry: false })?.mode,
    presets: presets.names,
    ...(setup === undefined ? {} : { setup }),
  });
  if (!read.ok) return read;
  const compiled = compileSources(read.config, presets, sourceDeps(read.config.http.trustProxy));
  const placed = ({ pointer, message }: { pointer: string; message: string }): ConfigFault => {
    const line = read.lineOf(pointer);
    return { file, pointer, message, ...(line === undefined ? {} : { line }) };
  };
  if (!compiled.ok) return { ok: false, faults: compiled.faults.map(placed) };
  const { config, hash } = read;
  return {
    ok: true,
    inForce: { config, sources: compiled.sources, hash, effective: redactConfig(read) },
    warnings: [...read.warnings, ...compiled.warnings.map(placed)],
    read,
  };
}

/** What sources need of the world. */
export function sourceDeps(trustProxy: readonly string[]): SourceDeps {
  return {
    now: Date.now,
    readFile: readText,
    fetchText,
    trustedProxyAddress: compileAddressList(trustProxy),
  };
}

/** As `loadInForce`; warnings go to standard error. Throws a `CliError` with every fault. */
export function mustLoad(
  io: CliIo,
  file: string,
  presets: PresetLibrary,
  setup?: JsonObject,
): Extract<Loaded, { ok: true }> {
  const loaded = loadInForce(io, file, presets, setup);
  if (!loaded.ok) throw new CliError(formatFaults(loaded.faults), EXIT.config);
  if (loaded.warnings.length > 0) io.stderr(`${formatFaults(loaded.warnings)}\n`);
  return loaded;
}
