import { patternFault } from './linear-regexp.js';

/** Functions that give another result next time (a replay would send another event), or compile text from anywhere. */
const FORBIDDEN = new Set(['now', 'millis', 'random', 'shuffle', 'eval']);

/** Why a parsed expression may not be used, or `undefined`. */
export function forbiddenUse(ast: unknown): string | undefined {
  for (const node of nodes(ast)) {
    if (node instanceof RegExp) {
      const fault = patternFault(node.source, node.flags);
      if (fault !== undefined) return `/${node.source}/ ${fault}`;
    } else {
      const name = variableName(node);
      if (name !== undefined && FORBIDDEN.has(name)) {
        return `uses $${name}, which would make the same event come out differently; take $received_at for the time`;
      }
    }
  }
  return undefined;
}

/** The variables an expression mentions, functions included, without `$`. */
export function variablesOf(ast: unknown): ReadonlySet<string> {
  return new Set([...nodes(ast)].flatMap((node) => variableName(node) ?? []));
}

function variableName(node: object): string | undefined {
  const { type, value } = node as { readonly type?: unknown; readonly value?: unknown };
  return type === 'variable' && typeof value === 'string' ? value : undefined;
}

/** Every object of the tree: nodes, lists and literals alike. */
function* nodes(ast: unknown): Generator<object> {
  const open: unknown[] = [ast];
  const seen = new Set<object>();
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null || seen.has(node)) continue;
    seen.add(node);
    yield node;
    if (!(node instanceof RegExp)) open.push(...(Object.values(node) as unknown[]));
  }
}
