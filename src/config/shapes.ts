import type { Json, JsonObject } from '../model/json.js';

/**
 * What may stand at a place of the file: the one description from which the JSON Schema, the names of the
 * environment, defaults, units, redaction and the types are made.
 */
export type Shape =
  TextShape | IntegerShape | FlagShape | QuantityShape | ListShape | NamedShape | BlockShape | TreeShape;

export interface TextShape {
  readonly kind: 'text';
  readonly description: string;
  /** Regular expression of JSON Schema. */
  readonly pattern?: string;
  /** What a value that fits is, for the sentence of a fault: `an address such as …`. */
  readonly says?: string;
  /** The only values there are. */
  readonly values?: readonly string[];
  readonly maxLength?: number;
  /** Shown as `***` and better not written into the file. */
  readonly secret?: boolean;
  /** JSONata, where `${…}` may be something other than a reference. */
  readonly expression?: boolean;
}

export interface IntegerShape {
  readonly kind: 'integer';
  readonly description: string;
  readonly minimum: number;
  readonly maximum: number;
}

export interface FlagShape {
  readonly kind: 'flag';
  readonly description: string;
}

export type Unit = 'duration' | 'size' | 'rate';

export interface QuantityShape {
  readonly kind: 'quantity';
  readonly description: string;
  readonly unit: Unit;
  /** As it would be written: `1s`. */
  readonly least: string;
  readonly most: string;
}

export interface ListShape {
  readonly kind: 'list';
  readonly description: string;
  readonly item: Shape;
  readonly minItems: number;
  /** Whether one item may stand without the brackets. */
  readonly alsoSingle: boolean;
}

/** Things by name: targets and sources. */
export interface NamedShape {
  readonly kind: 'named';
  readonly description: string;
  readonly namePattern: string;
  readonly nameSays: string;
  readonly item: BlockShape;
}

export interface BlockShape {
  readonly kind: 'block';
  readonly description: string;
  readonly properties: Readonly<Record<string, Property>>;
  /** A word that may stand for the block, and what it means. */
  readonly shorthand?: { readonly word: string; readonly means: JsonObject };
  /** Exactly one of these keys must be there. */
  readonly exactlyOne?: readonly string[];
}

/** A mapping: an expression, or an object whose leaves are expressions. */
export interface TreeShape {
  readonly kind: 'tree';
  readonly description: string;
}

export interface Property {
  readonly shape: Shape;
  readonly required: boolean;
  /** Filled in where nothing is written, in the file's own form. */
  readonly default?: Json;
  /** A default that somebody else fills in (the preset, a rule): for the reader only. */
  readonly otherwise?: Json;
}

/** The property of this name. Names such as `constructor` are ordinary here. */
export function propertyOf(shape: BlockShape, name: string): Property | undefined {
  return Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined;
}

/** The shape at the end of `path`, or `undefined` where the schema knows nothing. */
export function shapeAt(shape: Shape, path: readonly string[]): Shape | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return shape;
  const next = childShape(shape, key);
  return next === undefined ? undefined : shapeAt(next, rest);
}

/** The shape of one child. */
export function childShape(shape: Shape, key: string): Shape | undefined {
  switch (shape.kind) {
    case 'block':
      return propertyOf(shape, key)?.shape;
    case 'named':
    case 'list':
      return shape.item;
    case 'tree':
      return shape;
    default:
      return undefined;
  }
}

export function isSecret(shape: Shape): boolean {
  return shape.kind === 'text' && shape.secret === true;
}
