import type { Json } from '../model/json.js';
import type { Shape } from './shapes.js';

/** Reads text from the environment or a file as what the schema wants; text that is no such thing stays text. */
export function coerceText(shape: Shape, text: string): Json {
  if (shape.kind === 'integer' && /^-?[0-9]{1,15}$/.test(text.trim())) return Number(text);
  if (shape.kind === 'flag' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
