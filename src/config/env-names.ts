import { isJsonObject, type Json } from '../model/json.js';
import { childOf, isArray, pointerOf } from './pointer.js';
import type { Shape } from './shapes.js';

/** A place that a variable of the environment can set. */
export interface EnvTarget {
  readonly path: readonly string[];
  readonly shape: Shape;
}

/**
 * Every name after `BRIDGE_` and what it sets, for the settings that there are in `root` (sources, targets and
 * routes by name or index; one index beyond the end of a list adds to it). Several targets: the name is ambiguous.
 */
export function envNames(shape: Shape, root: Json): Map<string, EnvTarget[]> {
  const names = new Map<string, EnvTarget[]>();
  const add = (words: readonly string[], target: EnvTarget): void => {
    const name = words.join('_');
    const others = names.get(name) ?? [];
    if (others.some((other) => pointerOf(other.path) === pointerOf(target.path))) return;
    names.set(name, [...others, target]);
  };
  const visit = (
    at: Shape,
    value: Json | undefined,
    words: readonly string[],
    path: readonly string[],
  ): void => {
    const go = (child: Shape, key: string, word = key): void =>
      visit(child, childOf(value, key), [...words, envWord(word)], [...path, key]);
    switch (at.kind) {
      case 'block':
        if (at.shorthand !== undefined) add(words, { path, shape: at });
        for (const [key, property] of Object.entries(at.properties)) go(property.shape, key);
        return;
      case 'named':
        if (isJsonObject(value)) for (const key of Object.keys(value)) go(at.item, key);
        return;
      case 'list':
        listNames(at.item, value, go);
        if (takesCommas(at)) add(words, { path, shape: at });
        return;
      case 'tree':
        add(words, { path, shape: at });
        if (isJsonObject(value)) for (const key of Object.keys(value)) go(at, key);
        return;
      default:
        add(words, { path, shape: at });
    }
  };
  visit(shape, root, [], []);
  return names;
}

/** A list of plain words may be set as a whole: `10.0.0.0/8,192.0.2.1`. A secret may hold a comma. */
export function takesCommas(shape: Shape): boolean {
  return shape.kind === 'list' && shape.item.kind === 'text' && shape.item.secret !== true;
}

function listNames(
  item: Shape,
  value: Json | undefined,
  go: (child: Shape, key: string, word?: string) => void,
): void {
  const items = isArray(value) ? value : [];
  for (let i = 0; i <= items.length; i += 1) go(item, String(i));
  for (const [i, entry] of items.entries()) {
    const name = childOf(entry, 'name');
    if (typeof name === 'string') go(item, String(i), name);
  }
}

/** `splunk-prod` → `SPLUNK_PROD`. */
function envWord(key: string): string {
  return key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}
