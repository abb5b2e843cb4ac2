import { formatFaults } from '../../src/config/format-faults.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { Source } from '../../src/model/source.js';
import { compileSources } from '../../src/sources/compile-sources.js';
import { loadPresets } from '../../src/sources/load-presets.js';

export interface Given {
  readonly files?: Readonly<Record<string, string>>;
  /** The bridge's clock. */
  readonly now?: () => number;
}

/** The sources of a configuration, compiled with the presets that ship, or its faults as the operator sees them. */
export function compileYaml(
  sources: string,
  { files = {}, now = Date.now }: Given = {},
): { readonly sources: readonly Source[]; readonly faults: string } {
  const presets = loadPresets('schemas');
  if (!presets.ok) throw new Error(JSON.stringify(presets.faults));
  const text = `targets: { soar: { url: "https://komand.example.com", username: u, password: p } }\nsources:\n${sources}`;
  const readFile = (path: string): string => {
    const found = path === 'bridge.yaml' ? text : files[path];
    if (found === undefined) throw new Error(`there is no ${path}`);
    return found;
  };
  const loaded = loadConfig({ file: 'bridge.yaml', env: {}, readFile, presets: presets.library.names });
  if (!loaded.ok) return { sources: [], faults: formatFaults(loaded.faults) };
  const compiled = compileSources(loaded.config, presets.library, {
    now,
    readFile,
    fetchText: (url) => Promise.reject(new Error(`not to be fetched: ${url}`)),
    trustedProxyAddress: () => false,
  });
  if (compiled.ok) return { sources: [...compiled.sources.values()], faults: '' };
  return {
    sources: [],
    faults: compiled.faults.map(({ pointer, message }) => `${pointer} ${message}`).join('\n'),
  };
}

/** As `compileYaml`; throws where there are faults. */
export function sourcesFromYaml(sources: string, given?: Given): readonly Source[] {
  const compiled = compileYaml(sources, given);
  if (compiled.faults !== '') throw new Error(compiled.faults);
  return compiled.sources;
}
