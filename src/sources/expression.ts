import jsonata from 'jsonata';
import type { Json } from '../model/json.js';
import { MappingError } from '../model/source.js';
import { forbiddenUse, variablesOf } from './expression-tree.js';
import type { ExpressionFunctions } from './expression-functions.js';
import { compileFastPath } from './fast-path.js';
import { NotPlain } from './fast-operators.js';
import { inTurn } from './in-turn.js';
import { LinearRegexEngine } from './linear-regexp.js';

const LIMITS = { timeout: 100, stack: 200, sequence: 100_000, RegexEngine: LinearRegexEngine };
/** JSONata's code for an expression that ran into its time limit. */
const TIMED_OUT = 'D1012';

export interface Expression {
  /** Names of the variables it mentions, without `$`. */
  readonly variables: ReadonlySet<string>;
  /** Rejects with `MappingError` when it fails on this input, or takes longer than 100 ms. */
  evaluate(input: Json, bindings: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export type CompiledExpression =
  { readonly ok: true; readonly expression: Expression } | { readonly ok: false; readonly message: string };

/** Compiles a JSONata expression from the configuration or a preset (never from a payload), with limits on its run. */
export function compileExpression(text: string, functions: ExpressionFunctions): CompiledExpression {
  let compiled: jsonata.Expression;
  try {
    compiled = jsonata(text, LIMITS);
  } catch (error) {
    return { ok: false, message: syntaxFault(text, error) };
  }
  const ast: unknown = compiled.ast();
  const forbidden = forbiddenUse(ast);
  if (forbidden !== undefined) return { ok: false, message: forbidden };
  for (const [name, run] of Object.entries(functions)) {
    compiled.registerFunction(name, (...values: unknown[]) => run(...values));
  }
  const fast = compileFastPath(ast, functions);
  const evaluate: Expression['evaluate'] = async (input, bindings) => {
    try {
      if (fast !== undefined) return fast(input, bindings);
    } catch (error) {
      if (!(error instanceof NotPlain)) throw error;
    }
    try {
      return (await inTurn(() => compiled.evaluate(input, bindings))) as unknown;
    } catch (error) {
      if (codeOf(error) !== TIMED_OUT) throw new MappingError(describe(error));
    }
    // The limit is by the clock: a process that was held up gets a second chance, a loop fails again
    try {
      return (await inTurn(() => compiled.evaluate(input, bindings))) as unknown;
    } catch (error) {
      throw new MappingError(describe(error));
    }
  };
  return { ok: true, expression: { variables: variablesOf(ast), evaluate } };
}

function syntaxFault(text: string, error: unknown): string {
  const position = Number(Reflect.get(Object(error), 'position'));
  const where = Number.isInteger(position) ? ` at character ${position} of ${text.length}` : '';
  return `is not a JSONata expression: ${describe(error)}${where}`;
}

/** JSONata throws plain objects as well as errors. Its message may quote a value, so only so much of it is kept. */
function describe(error: unknown): string {
  const code = codeOf(error);
  const message = String(Reflect.get(Object(error), 'message') ?? 'failed').slice(0, 200);
  return code === undefined ? message : `${message} (${code})`;
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = Reflect.get(Object(error), 'code');
  return typeof code === 'string' ? code : undefined;
}
