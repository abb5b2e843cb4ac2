/** The variables in force: bindings and those given by `:=`. */
export type Scope = Map<string, unknown>;

/** A compiled part of an expression. */
export type Run = (input: unknown, scope: Scope) => unknown;

/** Raised where a value turns up whose rules are JSONata's alone to know; the expression is then given to JSONata. */
export class NotPlain extends Error {
  override readonly name = 'NotPlain';
}

/** One for all: it is control flow, and a stack trace would cost more than the expression. */
const NOT_PLAIN = new NotPlain('not a plain value');

export function notPlain(): never {
  throw NOT_PLAIN;
}

/** Lists flatten and collapse, functions are called: neither is plain. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value) || typeof value === 'function') notPlain();
  return value;
}

/** A binary operator, or `undefined` for one that is left to JSONata. `right` of `in` may yield a list. */
export function compileOperator(sign: string, left: Run, right: Run): Run | undefined {
  if (sign === 'and') return (input, scope) => truth(left(input, scope)) && truth(right(input, scope));
  if (sign === 'or') return (input, scope) => truth(left(input, scope)) || truth(right(input, scope));
  const apply = OPERATORS.get(sign);
  return apply === undefined ? undefined : (input, scope) => apply(left(input, scope), right(input, scope));
}

type Operator = (a: unknown, b: unknown) => unknown;

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['=', (a, b) => (isMissing(a, b) ? false : scalar(a) === scalar(b))],
  ['!=', (a, b) => (isMissing(a, b) ? false : scalar(a) !== scalar(b))],
  ['&', (a, b) => concatenable(a) + concatenable(b)],
  ['in', (a, b) => !isMissing(a, b) && (Array.isArray(b) ? b : [b]).includes(scalar(a))],
  ['<', (a, b) => compare(a, b, (order) => order < 0)],
  ['<=', (a, b) => compare(a, b, (order) => order <= 0)],
  ['>', (a, b) => compare(a, b, (order) => order > 0)],
  ['>=', (a, b) => compare(a, b, (order) => order >= 0)],
]);

function isMissing(a: unknown, b: unknown): boolean {
  return a === undefined || b === undefined;
}

function truth(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return notPlain();
  return Boolean(value);
}

function scalar(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? notPlain() : value;
}

/** Fractions are rounded by JSONata as they become text. */
function concatenable(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : notPlain();
}

/** Strings with strings and numbers with numbers; anything else is a fault that JSONata words. */
function compare(a: unknown, b: unknown, holds: (order: number) => boolean): boolean | undefined {
  if (typeof a === 'number' && typeof b === 'number') return holds(a - b);
  if (typeof a === 'string' && typeof b === 'string') return holds(a < b ? -1 : Number(a > b));
  return a === undefined && b === undefined ? undefined : notPlain();
}
