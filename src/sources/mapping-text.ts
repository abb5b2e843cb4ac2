import type { MappingSettings, MappingTree } from '../model/settings.js';

/** A leaf of a mapping: where it stands below `map`, and its expression. */
export interface Leaf {
  /** JSON pointer; empty for a mapping that is one expression. */
  readonly pointer: string;
  readonly text: string;
}

export function leavesOf(mapping: MappingSettings, pointer = ''): readonly Leaf[] {
  if (typeof mapping === 'string') return [{ pointer, text: mapping }];
  return Object.entries(mapping).flatMap(([name, inner]) =>
    leavesOf(inner, `${pointer}/${escapePointer(name)}`),
  );
}

/** One expression for a whole mapping: an object constructor around the leaves, which are known to be expressions. */
export function wholeExpression(mapping: MappingSettings): string {
  return typeof mapping === 'string' ? mapping : constructor(mapping);
}

function constructor(tree: MappingTree): string {
  const members = Object.entries(tree).map(
    ([name, inner]) =>
      `${JSON.stringify(name)}: ${typeof inner === 'string' ? `(${inner}\n)` : constructor(inner)}`,
  );
  return `{${members.join(', ')}}`;
}

export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
