import type { JsonObject } from '../model/json.js';
import type { MappingSettings } from '../model/settings.js';
import type { MappedBody, MappingInput } from '../model/source.js';
import { MappingError } from '../model/source.js';
import { toObject, type Evaluation, type ExpressionFault } from './evaluation.js';
import { viewOfDelivery } from './event-view.js';
import { isFunction } from './expression-value.js';

export type MapBody = (delivery: MappingInput) => Promise<MappedBody>;

const MAX_BYTES = 1_048_576;
const MAX_DEPTH = 64;

/**
 * What a route sends: the body byte for byte (`raw`), what its own mapping yields, or, without one, the common
 * alert. `correlate` names a variable that gets the event id. Faults have pointers relative to `map`.
 */
export function compileMapping(
  mapping: MappingSettings | undefined,
  correlate: string | undefined,
  evaluation: Evaluation,
): MapBody | readonly ExpressionFault[] {
  if (mapping === 'raw') {
    if (correlate === undefined) return rawBody;
    const message = 'is sent as it came, so that no variable can be added to it: leave out `correlate`';
    return [{ pointer: '', message }];
  }
  const evaluate = mapping === undefined ? evaluation.alert : evaluation.compile(mapping);
  if (typeof evaluate !== 'function') return evaluate;
  return async (delivery) => {
    const mapped = toObject(await evaluate(viewOfDelivery(delivery)));
    return { text: toText(correlate === undefined ? mapped : { ...mapped, [correlate]: delivery.eventId }) };
  };
}

/** Komand takes objects only, so a list is put into one; what is inside stays as it came. */
function rawBody({ body }: MappingInput): Promise<MappedBody> {
  return Promise.resolve({ text: /^\s*\[/.test(body) ? `{"events":${body}}` : body });
}

/** Throws `MappingError` for what JSON cannot say (functions, infinite numbers) and for more than 1 MiB. */
function toText(mapped: JsonObject): string {
  checkJson(mapped, 0);
  const text = JSON.stringify(mapped);
  // A character is three bytes at most
  if (text.length > MAX_BYTES / 3 && Buffer.byteLength(text) > MAX_BYTES)
    throw new MappingError('the mapping yields more than 1 MiB');
  return text;
}

function checkJson(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw new MappingError(`the mapping yields more than ${MAX_DEPTH} levels`);
  if (isFunction(value)) throw new MappingError('the mapping yields a function');
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new MappingError('the mapping yields a number that JSON cannot write');
  }
  if (typeof value !== 'object' || value === null) return;
  // JSONata's lists have members besides their elements, which JSON does not write
  const children: unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const child of children) checkJson(child, depth + 1);
}
