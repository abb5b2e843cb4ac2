import type { Config } from '../model/settings.js';
import type { Source } from '../model/source.js';
import type { AuthDeps } from './auth/create-authenticator.js';
import { compileSource, sourcePointer } from './compile-source.js';
import type { PresetLibrary } from './preset.js';
import type { SourceFault } from './source-fault.js';

/** What sources need of the world: the clock, files the configuration names, HTTPS, the trusted proxies. */
export type SourceDeps = AuthDeps;

export type CompiledSources =
  | {
      readonly ok: true;
      readonly sources: ReadonlyMap<string, Source>;
      readonly warnings: readonly SourceFault[];
    }
  | { readonly ok: false; readonly faults: readonly SourceFault[] };

/**
 * Turns the configuration's sources into what the pipeline uses: every schema, expression and mechanism compiled,
 * nothing left to look up for a request. All faults of all sources are reported together.
 */
export function compileSources(
  config: Pick<Config, 'http' | 'sources'>,
  presets: PresetLibrary,
  deps: SourceDeps,
): CompiledSources {
  const sources = new Map<string, Source>();
  const faults: SourceFault[] = [];
  const warnings: SourceFault[] = [];
  for (const settings of config.sources) {
    const at = sourcePointer(settings.name);
    const preset = presets.get(settings.preset);
    if (preset === undefined) {
      faults.push({ pointer: `${at}/preset`, message: `there is no preset named ${settings.preset}` });
      continue;
    }
    const compiled = compileSource(settings, preset, config.http, deps);
    if ('routes' in compiled) sources.set(settings.name, compiled);
    else for (const { pointer, message } of compiled) faults.push({ pointer: `${at}${pointer}`, message });
    if (settings.auth?.type === 'none') {
      warnings.push({
        pointer: `${at}/auth`,
        message: 'anybody who can reach this source can send events to it',
      });
    }
    if (settings.routes.length === 0) {
      warnings.push({ pointer: at, message: 'there are no routes: every event of this source is filtered' });
    }
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, sources, warnings };
}
