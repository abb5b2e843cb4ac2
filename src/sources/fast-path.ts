import type { Json } from '../model/json.js';
import { compileOperator, plain, type Run, type Scope } from './fast-operators.js';
import { builtin, isBuiltin } from './fast-builtins.js';
import type { ExpressionFunctions } from './expression-functions.js';
import { isTrue } from './expression-value.js';

/** As much of a JSONata syntax node as is looked at here. */
interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly expressions?: readonly Node[];
  readonly arguments?: readonly Node[];
  readonly procedure?: Node;
  readonly lhs?: Node | readonly (readonly Node[])[];
  readonly rhs?: Node;
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
}

/** Members of a node that change what it means; a node with any other is left to JSONata. */
const KNOWN = new Set([
  'type',
  'value',
  'position',
  'steps',
  'expressions',
  'arguments',
  'procedure',
  'lhs',
  'rhs',
  'condition',
  'then',
  'else',
]);

/** Variables that an evaluation may bring along. */
const BINDINGS = new Set(['headers', 'source', 'event_type', 'event_id', 'received_at', 'raw', 'alert']);

/** Raised and caught in this file only: this expression needs JSONata. */
class Unsupported extends Error {}

export type FastPath = (input: Json, bindings: Readonly<Record<string, unknown>>) => unknown;

/**
 * A shortcut for the plain part of JSONata, which is most of what mappings and conditions are: paths of names,
 * literals, comparisons, `? :`, `&`, variables, object constructors, the functions of ours and a few of its own. It
 * takes microseconds where JSONata's promises take hundreds. The result is that of JSONata or `NotPlain` is
 * thrown: as soon as a list that is more than handed on or a mixed type turns up, whose rules are JSONata's alone to
 * know. `undefined`: an expression that is not of this kind at all.
 */
export function compileFastPath(ast: unknown, functions: ExpressionFunctions): FastPath | undefined {
  try {
    const run = new Compiler(functions).compile(ast as Node);
    return (input, bindings) => run(plain(input), new Map(Object.entries(bindings)));
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    return undefined;
  }
}

class Compiler {
  /** Names given by `:=` so far. */
  readonly #own = new Set<string>();

  constructor(readonly functions: ExpressionFunctions) {}

  compile(node: Node | undefined): Run {
    if (node === undefined || !isKnown(node)) throw new Unsupported();
    switch (node.type) {
      case 'string':
      case 'number':
      case 'value':
        return () => node.value;
      case 'variable':
        return this.#variable(node);
      case 'path':
        return this.#path(node.steps ?? []);
      case 'block':
        return this.#block(node.expressions ?? []);
      case 'condition':
        return this.#condition(node);
      case 'function':
        return this.#call(node);
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return this.#binary(node);
      default:
        throw new Unsupported();
    }
  }

  #variable({ value }: Node): Run {
    const name = String(value);
    if (name === '') return (input) => input;
    // A function passed as a value, or the top of the input: seldom, and JSONata's
    if (!this.#own.has(name) && !BINDINGS.has(name)) throw new Unsupported();
    return (_, scope) => plain(scope.get(name));
  }

  #path(steps: readonly Node[]): Run {
    const walk = this.#walk(steps);
    return (input, scope) => plain(walk(input, scope));
  }

  /** The only place for a list: JSONata puts the one at a path's end, be it in brackets, into an object as it is. */
  #member(node: Node | undefined): Run {
    if (node === undefined || !isKnown(node)) throw new Unsupported();
    const { type, steps = [], expressions = [] } = node;
    const [only, ...others] = expressions;
    if (type === 'block' && others.length === 0) return this.#member(only);
    return type === 'path' && steps[0]?.type === 'name' ? this.#walk(steps) : this.compile(node);
  }

  /** What stands at the end of a path, be it a list. */
  #walk(steps: readonly Node[]): Run {
    const [first, ...rest] = steps;
    const names = (first?.type === 'variable' ? rest : steps).map((step) => {
      if (step.type !== 'name' || !isKnown(step)) throw new Unsupported();
      return String(step.value);
    });
    const start: Run = first?.type === 'variable' ? this.compile(first) : (input) => input;
    return (input, scope) => {
      let at = start(input, scope);
      for (const name of names) {
        plain(at);
        if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
        at = Reflect.get(at, name);
      }
      return at;
    };
  }

  #block(expressions: readonly Node[]): Run {
    const runs = expressions.map((each) => (each.type === 'bind' ? this.#bind(each) : this.compile(each)));
    return (input, scope) => {
      const inner: Scope = new Map(scope);
      let result: unknown;
      for (const run of runs) result = run(input, inner);
      return result;
    };
  }

  #bind({ lhs, rhs }: Node): Run {
    const name = isNode(lhs) && lhs.type === 'variable' ? String(lhs.value) : '';
    // A name of a function would change what a call means
    if (name === '' || isBuiltin(name) || Object.hasOwn(this.functions, name)) throw new Unsupported();
    const run = this.compile(rhs);
    this.#own.add(name);
    return (input, scope) => {
      const value = run(input, scope);
      scope.set(name, value);
      return value;
    };
  }

  #condition(node: Node): Run {
    const condition = this.compile(node.condition);
    const then = this.compile(node.then);
    const other = node.else === undefined ? () => undefined : this.compile(node.else);
    return (input, scope) => (isTrue(condition(input, scope)) ? then : other)(input, scope);
  }

  #call({ procedure, arguments: given = [] }: Node): Run {
    const name = procedure?.type === 'variable' ? String(procedure.value) : '';
    const ours = Object.hasOwn(this.functions, name) ? this.functions[name] : undefined;
    const call = ours ?? builtin(name, given.length);
    if (call === undefined) throw new Unsupported();
    const runs = given.map((each) => this.compile(each));
    return (input, scope) => plain(call(...runs.map((run) => run(input, scope))));
  }

  #unary({ value, lhs }: Node): Run {
    if (value !== '{' || isNode(lhs) || lhs === undefined) throw new Unsupported();
    const members = lhs.map(([key, inner]) => {
      if (key?.type !== 'string' || key.value === '__proto__') throw new Unsupported();
      return [String(key.value), this.#member(inner)] as const;
    });
    const names = new Set(members.map(([name]) => name));
    if (names.size < members.length || [...names].some((name) => name.startsWith('_jsonata_')))
      throw new Unsupported();
    return (input, scope) => {
      const result: Record<string, unknown> = {};
      for (const [name, run] of members) {
        const member = run(input, scope);
        if (member !== undefined) result[name] = member;
      }
      return result;
    };
  }

  #binary({ value, lhs, rhs }: Node): Run {
    if (!isNode(lhs)) throw new Unsupported();
    const left = this.compile(lhs);
    const list = value === 'in' ? literals(rhs) : undefined;
    const operator = compileOperator(
      String(value),
      left,
      list === undefined ? this.compile(rhs) : () => list,
    );
    if (operator === undefined) throw new Unsupported();
    return operator;
  }
}

/** The values of a list of literals, which `in` may look in. */
function literals(node: Node | undefined): readonly unknown[] | undefined {
  const { type, value, expressions } = node ?? {};
  if (type !== 'unary' || value !== '[' || expressions === undefined) return undefined;
  const plainOnes = expressions.filter((each) => each.type === 'string' || each.type === 'number');
  return plainOnes.length === expressions.length ? plainOnes.map((each) => each.value) : undefined;
}

function isNode(lhs: Node['lhs']): lhs is Node {
  return lhs !== undefined && !Array.isArray(lhs);
}

function isKnown(node: Node): boolean {
  return Object.entries(node).every(([key, value]) => value === undefined || KNOWN.has(key));
}
