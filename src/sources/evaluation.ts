import { isJsonObject, type JsonObject } from '../model/json.js';
import type { MappingSettings } from '../model/settings.js';
import { MappingError } from '../model/source.js';
import { commonAlert } from './common-alert.js';
import { compileEventType, type EventType } from './event-type.js';
import { bindingsOf, type EventView } from './event-view.js';
import { compileExpression, type Expression } from './expression.js';
import { expressionFunctions, type ExpressionFunctions } from './expression-functions.js';
import { leavesOf, wholeExpression } from './mapping-text.js';
import type { Preset } from './preset.js';

/** One thing that is wrong with an expression; the pointer is relative to the mapping it stands in. */
export interface ExpressionFault {
  readonly pointer: string;
  readonly message: string;
}

export type Evaluate = (view: EventView) => Promise<unknown>;

/** Compiles the expressions of one source: they share its preset's severity table, event type and common alert. */
export interface Evaluation {
  readonly eventType: EventType;
  compile(mapping: MappingSettings): Evaluate | readonly ExpressionFault[];
  /** The nine common variables, or why the preset's own mapping cannot be used. */
  readonly alert: ((view: EventView) => Promise<JsonObject>) | readonly ExpressionFault[];
}

export function createEvaluation(preset: Preset): Evaluation {
  const functions = expressionFunctions(preset.severity);
  const eventType = compileEventType(preset.eventType);
  const own = compileMappingText(preset.mapping, functions);
  const alert = Array.isArray(own)
    ? own
    : async (view: EventView): Promise<JsonObject> => {
        const type = eventType(view.headers, view.exact);
        const mapped = await own.evaluate(view.exact, bindingsOf(view, type));
        const title = `${preset.title} event${type === '' ? '' : `: ${type}`}`;
        return commonAlert(toObject(mapped), view, title);
      };
  return {
    eventType,
    alert,
    compile(mapping) {
      const compiled = compileMappingText(mapping, functions);
      if (Array.isArray(compiled)) return compiled;
      const usesAlert = compiled.variables.has('alert');
      if (usesAlert && typeof alert !== 'function') return alert;
      return async (view) => {
        const bindings = bindingsOf(view, eventType(view.headers, view.exact));
        if (usesAlert && typeof alert === 'function') bindings['alert'] = await alert(view);
        return compiled.evaluate(view.exact, bindings);
      };
    },
  };
}

/** Each leaf is compiled by itself first, so that a fault is reported where it stands and no leaf can end another. */
function compileMappingText(
  mapping: MappingSettings,
  functions: ExpressionFunctions,
): Expression | ExpressionFault[] {
  const faults: ExpressionFault[] = [];
  for (const { pointer, text } of leavesOf(mapping)) {
    if (/(^|\/)__proto__(\/|$)/.test(pointer))
      faults.push({ pointer, message: 'cannot be the name of a variable' });
    const leaf = compileExpression(text, functions);
    if (!leaf.ok) faults.push({ pointer, message: leaf.message });
  }
  if (faults.length > 0) return faults;
  const whole = compileExpression(wholeExpression(mapping), functions);
  return whole.ok ? whole.expression : [{ pointer: '', message: whole.message }];
}

/** Throws `MappingError` for what is not a JSON object. */
export function toObject(mapped: unknown): JsonObject {
  if (!isJsonObject(mapped)) throw new MappingError('the mapping does not yield an object');
  return mapped;
}
