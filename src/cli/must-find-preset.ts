import type { Preset, PresetLibrary } from '../sources/preset.js';
import { CliError, EXIT } from './exit-code.js';

/** Throws a `CliError` that names all presets where there is none of this name. */
export function mustFindPreset(presets: PresetLibrary, name: string): Preset {
  const preset = presets.get(name);
  if (preset !== undefined) return preset;
  throw new CliError(`There is no preset "${name}"; there are: ${presets.names.join(', ')}.`, EXIT.notFound);
}
