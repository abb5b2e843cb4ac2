import { QUANTITIES } from './quantity.js';
import type { Shape } from './shapes.js';

/** What a value that fits is: `a whole number from 1 to 65535`. Completes the sentence "must be …". */
export function describeShape(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      if (shape.values !== undefined) return `one of ${shape.values.join(', ')}`;
      return (
        shape.says ??
        (shape.maxLength === undefined ? 'text' : `text of at most ${shape.maxLength} characters`)
      );
    case 'integer':
      return `a whole number from ${shape.minimum} to ${shape.maximum}`;
    case 'flag':
      return 'true or false';
    case 'quantity':
      return QUANTITIES[shape.unit].says;
    case 'list':
      return shape.alsoSingle ? 'text or a list of texts' : 'a list';
    case 'named':
      return 'a block of named entries';
    case 'block':
      return shape.shorthand === undefined
        ? 'a block of settings'
        : `${shape.shorthand.word} or a block of settings`;
    default:
      return 'an expression, or a block whose values are expressions';
  }
}
