import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { Json } from '../model/json.js';
import type { Report } from './config-fault.js';
import { describeShape } from './describe-shape.js';
import { toJsonSchema } from './json-schema.js';
import { didYouMean } from './nearest-name.js';
import { isArray, isShowable, pathOf, pointerOf, valueAt } from './pointer.js';
import { shapeAt, type Shape } from './shapes.js';

/** Reports every way in which a value breaks its schema, one sentence for each place. */
export type Validate = (value: Json, report: Report) => void;

export function createValidator(shape: Shape): Validate {
  const ajv = new Ajv2020({
    // Wanted and affordable: the file is the operator's and of bounded size
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    ownProperties: true,
    // The schema is our own; compiling the schema of schemas first takes 0.3 s of every start
    validateSchema: false,
  });
  const check = ajv.compile<Json>(toJsonSchema(shape, 'values'));
  return (value, report) => {
    if (check(value)) return;
    const seen = new Set<string>();
    for (const error of check.errors ?? []) {
      const { pointer, message, hint } = explain(error, shape, value);
      if (!seen.has(`${pointer} ${message}`)) report(pointer, message, hint);
      seen.add(`${pointer} ${message}`);
    }
  };
}

function explain(
  error: ErrorObject,
  root: Shape,
  value: Json,
): { pointer: string; message: string; hint?: string | undefined } {
  const path = pathOf(error.instancePath);
  const shape = shapeAt(root, path);
  const pointer = pointerOf(path);
  if (shape === undefined) return { pointer, message: 'is not understood' };
  if (error.keyword === 'additionalProperties') {
    return unknownKey(path, String(error.params['additionalProperty']), shape);
  }
  if (error.keyword === 'required') {
    return { pointer, message: `needs "${String(error.params['missingProperty'])}"` };
  }
  const found = valueAt(value, path);
  if (error.keyword === 'minLength' || error.keyword === 'minItems' || error.keyword === 'minProperties') {
    return { pointer, message: 'must not be empty' };
  }
  const expected = describeShape(shape);
  if (error.keyword === 'maxLength' && shape.kind === 'text') {
    return { pointer, message: `must be at most ${shape.maxLength ?? 0} characters long` };
  }
  if (error.keyword === 'type')
    return { pointer, message: `must be ${expected}, and is ${kindOf(found, shape)}` };
  const values = wordsOf(shape);
  return {
    pointer,
    message: `must be ${expected}`,
    hint: typeof found === 'string' ? didYouMean(found, values) : undefined,
  };
}

function unknownKey(
  path: readonly string[],
  key: string,
  shape: Shape,
): { pointer: string; message: string; hint?: string | undefined } {
  const shown = isShowable(key);
  const pointer = pointerOf(shown ? [...path, key] : path);
  if (shape.kind === 'named') {
    return {
      pointer,
      message: shown
        ? `must be called by ${shape.nameSays}`
        : `has an entry whose name is not ${shape.nameSays}`,
    };
  }
  const names = shape.kind === 'block' ? Object.keys(shape.properties) : [];
  return {
    pointer,
    message: shown ? 'is not a setting' : 'has a key that is not a setting',
    hint: didYouMean(key, names),
  };
}

/** The words that may stand at a place, where only certain ones may. */
function wordsOf(shape: Shape): readonly string[] {
  if (shape.kind === 'text') return shape.values ?? [];
  return shape.kind === 'block' && shape.shorthand !== undefined ? [shape.shorthand.word] : [];
}

/** Numbers and words that were meant as text are the usual case, so it says what helps. */
function kindOf(value: Json | undefined, wanted: Shape): string {
  if (value === undefined || value === null) return 'empty';
  if (isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a block';
  if (typeof value === 'string') return 'text';
  const quotes = wanted.kind === 'text' || wanted.kind === 'tree' ? ' (quotes make it text)' : '';
  return `${typeof value === 'number' ? 'a number' : 'true or false'}${quotes}`;
}
