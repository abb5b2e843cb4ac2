import type { Json } from '../model/json.js';
import { coerceText } from './coerce-text.js';
import type { Origin } from './config-fault.js';
import { envNames, takesCommas, type EnvTarget } from './env-names.js';
import { didYouMean } from './nearest-name.js';
import { pointerOf, withValue } from './pointer.js';
import type { SecretFiles } from './secret-files.js';
import { isSecret, type Shape } from './shapes.js';

const PREFIX = 'BRIDGE_';
/** What other tools call the address of Redis; `BRIDGE_REDIS_URL` is stronger. */
const WEAKEST = 'REDIS_URL';
const FILE_SUFFIX = '_FILE';
/** Variables with the prefix that are read elsewhere. */
const OWN = new Set(['BRIDGE_CONFIG', 'BRIDGE_OPS_URL', 'BRIDGE_OPS_TOKEN', 'BRIDGE_SIMULATOR_PORT']);

export interface EnvDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: SecretFiles;
  /** Reports about a variable; the pointer is empty where it sets nothing. */
  readonly report: (variable: string, pointer: string, message: string, hint?: string) => void;
  /** Where a value came from, and by which variable. */
  readonly origins: Map<string, Origin>;
  readonly variables: Map<string, string>;
}

/** `root` with everything that the environment sets. The text of a variable is taken as it is, `${…}` included. */
export function applyEnvironment(shape: Shape, root: Json, deps: EnvDeps): Json {
  let result = root;
  const claim = (variable: string, pointer: string): boolean => {
    const earlier = deps.variables.get(pointer);
    if (earlier !== undefined && earlier !== WEAKEST) {
      deps.report(variable, pointer, `sets what ${earlier} sets too; one of them must go`);
      return false;
    }
    deps.variables.set(pointer, variable);
    return true;
  };

  const redisUrl = deps.env[WEAKEST];
  if (redisUrl !== undefined && redisUrl !== '') {
    const path = ['redis', 'url'];
    claim(WEAKEST, pointerOf(path));
    deps.origins.set(pointerOf(path), 'env');
    result = withValue(result, path, redisUrl);
  }
  // In numeric order, so that …_0 is there when …_1 is looked at
  const variables = Object.keys(deps.env)
    .filter((name) => name.startsWith(PREFIX) && !OWN.has(name) && deps.env[name] !== undefined)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  for (const variable of variables) {
    const found = find(variable, envNames(shape, result), deps);
    if (found === undefined) continue;
    const { path, shape: leaf } = found.target;
    const pointer = pointerOf(path);
    if (!claim(variable, pointer)) continue;
    const written = deps.env[variable] ?? '';
    const text = found.fromFile ? deps.files.read(written, pointer, isSecret(leaf)) : written;
    if (text === undefined) continue;
    result = withValue(result, path, valueOf(leaf, text));
    deps.origins.set(pointer, found.fromFile ? 'secret-file' : 'env');
  }
  return result;
}

function find(
  variable: string,
  names: ReadonlyMap<string, readonly EnvTarget[]>,
  deps: EnvDeps,
): { readonly target: EnvTarget; readonly fromFile: boolean } | undefined {
  const name = variable.slice(PREFIX.length);
  const fromFile = !names.has(name) && name.endsWith(FILE_SUFFIX);
  const targets = names.get(fromFile ? name.slice(0, -FILE_SUFFIX.length) : name) ?? [];
  const [target, other] = targets;
  if (target === undefined) {
    const known = [...names.keys()].map((key) => PREFIX + key);
    deps.report(variable, '', 'is not a setting', didYouMean(variable, [...known, ...OWN]));
    return undefined;
  }
  if (other !== undefined) {
    const places = targets.map((each) => pointerOf(each.path)).join(' and ');
    deps.report(variable, '', `could set ${places}; use an index in place of the name, or the file`);
    return undefined;
  }
  return { target, fromFile };
}

function valueOf(shape: Shape, text: string): Json {
  if (!takesCommas(shape)) return coerceText(shape, text);
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
