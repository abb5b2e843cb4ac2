import { isTrue } from './expression-value.js';
import { notPlain } from './fast-operators.js';

type Builtin = (...values: readonly unknown[]) => unknown;

/**
 * Functions of JSONata that conditions and mappings use most, for the arguments that have no surprises: missing
 * ones stay missing, and everything of another type is left to JSONata.
 */
const BUILTINS: ReadonlyMap<string, { readonly arity: number; readonly run: Builtin }> = new Map([
  ['not', { arity: 1, run: (value) => (value === undefined ? undefined : !isTrue(value)) }],
  ['boolean', { arity: 1, run: (value) => (value === undefined ? undefined : isTrue(value)) }],
  [
    'type',
    { arity: 1, run: (value) => (value === undefined ? undefined : value === null ? 'null' : typeof value) },
  ],
  ['exists', { arity: 1, run: (value) => value !== undefined }],
  ['number', { arity: 1, run: toNumber }],
  ['lowercase', { arity: 1, run: (value) => text(value)?.toLowerCase() }],
  ['uppercase', { arity: 1, run: (value) => text(value)?.toUpperCase() }],
  ['contains', { arity: 2, run: (value, part) => text(value)?.includes(said(part)) }],
  ['replace', { arity: 3, run: (value, part, other) => replaced(text(value), said(part), other) }],
  ['substringBefore', { arity: 2, run: (value, part) => before(text(value), said(part)) }],
  ['substringAfter', { arity: 2, run: (value, part) => after(text(value), said(part)) }],
] satisfies readonly (readonly [string, { readonly arity: number; readonly run: Builtin }])[]);

/** The function of this name with this many arguments, or `undefined`: with fewer, the context is one of them. */
export function builtin(name: string, given: number): Builtin | undefined {
  const found = BUILTINS.get(name);
  return found?.arity === given ? found.run : undefined;
}

export function isBuiltin(name: string): boolean {
  return BUILTINS.has(name);
}

function text(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : notPlain();
}

function said(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : notPlain();
}

/** Plain decimals only; JSONata knows more spellings, and words the fault for what is none. */
function toNumber(value: unknown): unknown {
  if (value === undefined || typeof value === 'number') return value;
  return typeof value === 'string' && /^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$/.test(value)
    ? Number(value)
    : notPlain();
}

function before(value: string | undefined, part: string): string | undefined {
  const at = value?.indexOf(part) ?? -1;
  return at < 0 ? value : value?.slice(0, at);
}

function after(value: string | undefined, part: string): string | undefined {
  const at = value?.indexOf(part) ?? -1;
  return at < 0 ? value : value?.slice(at + part.length);
}

function replaced(value: string | undefined, part: string, other: unknown): string | undefined {
  return typeof other === 'string' ? value?.replaceAll(part, () => other) : notPlain();
}
