import type { JsonObject } from '../../../src/model/json.js';
import type { Config } from '../../../src/model/settings.js';
import { formatFault } from '../../../src/config/format-faults.js';
import { loadConfig, type LoadedConfig } from '../../../src/config/load-config.js';

export const PRESETS = ['generic', 'splunk', 'jira', 'alertmanager'];

/** A target, so that routes lead somewhere. */
export const TARGET = `targets:
  soar: { url: "https://komand.example.com", username: bridge, password: "\${env:PW}" }
`;

export interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly modes?: Readonly<Record<string, number>>;
  readonly setup?: JsonObject;
}

/** Loads `text` as bridge.yaml, with invented files and variables. */
export function load(text: string, given: Given = {}): LoadedConfig {
  const files: Readonly<Record<string, string>> = { ...given.files, 'bridge.yaml': text };
  return loadConfig({
    file: 'bridge.yaml',
    env: { PW: 'pass-from-env', ...given.env },
    readFile: (path) => {
      const found = Object.hasOwn(files, path) ? files[path] : undefined;
      if (found === undefined) throw new Error(`ENOENT: ${path}`);
      return found;
    },
    fileMode: (path) => given.modes?.[path],
    presets: PRESETS,
    ...(given.setup === undefined ? {} : { setup: given.setup }),
  });
}

export type Good = Extract<LoadedConfig, { ok: true }>;

export function good(text: string, given: Given = {}): Good {
  const loaded = load(text, given);
  if (!loaded.ok) throw new Error(loaded.faults.map(formatFault).join('\n'));
  return loaded;
}

export function config(text: string, given: Given = {}): Config {
  return good(text, given).config;
}

/** The faults as the operator sees them. */
export function faults(text: string, given: Given = {}): string[] {
  const loaded = load(text, given);
  return loaded.ok ? [] : loaded.faults.map(formatFault);
}

export function warnings(text: string, given: Given = {}): string[] {
  return good(text, given).warnings.map(formatFault);
}
