import type { Json, JsonObject } from '../model/json.js';
import type { MappingSettings } from '../model/settings.js';
import { NAME_PATTERN, NAME_SAYS } from './names.js';
import type { BlockShape, NamedShape, Property, Shape, TextShape, Unit } from './shapes.js';

declare const yields: unique symbol;

/** A shape that knows the type of what it yields once read: units converted, keys in camel case, defaults filled in. */
export interface Field<T, S extends Shape = Shape> {
  readonly shape: S;
  readonly [yields]?: () => T;
}

/** A field as a part of a block; `Always`: there is a value whatever the file says. */
export interface Member<T, Always extends boolean> {
  readonly property: Property;
  readonly always: Always;
  readonly [yields]?: () => T;
}

export type ValueOf<F> = F extends { readonly [yields]?: () => infer T } ? T : never;

type Camel<S> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;
type Members = Readonly<Record<string, Member<unknown, boolean>>>;
type BlockOf<M extends Members> = {
  readonly [K in keyof M as M[K]['always'] extends true ? Camel<K> : never]: ValueOf<M[K]>;
} & {
  readonly [K in keyof M as M[K]['always'] extends true ? never : Camel<K>]?: ValueOf<M[K]>;
};

type TextRules = Omit<TextShape, 'kind' | 'description' | 'values'>;

export function text(description: string, rules: TextRules = {}): Field<string> {
  return { shape: { kind: 'text', description, ...rules } };
}

export function secret(description: string): Field<string> {
  return text(description, { secret: true });
}

export function choice<const V extends string>(values: readonly V[], description: string): Field<V> {
  return { shape: { kind: 'text', description, values } };
}

export function integer(description: string, minimum: number, maximum: number): Field<number> {
  return { shape: { kind: 'integer', description, minimum, maximum } };
}

export function flag(description: string): Field<boolean> {
  return { shape: { kind: 'flag', description } };
}

/** Yields milliseconds, bytes or calls per second. `least` and `most` are in the file's own form. */
export function quantity(unit: Unit, description: string, least: string, most: string): Field<number> {
  return { shape: { kind: 'quantity', description, unit, least, most } };
}

export function list<T>(
  item: Field<T>,
  description: string,
  rules: { readonly minItems?: number; readonly alsoSingle?: boolean } = {},
): Field<readonly T[]> {
  const { minItems = 0, alsoSingle = false } = rules;
  return { shape: { kind: 'list', description, item: item.shape, minItems, alsoSingle } };
}

export function named<T>(
  item: Field<T, BlockShape>,
  description: string,
): Field<Readonly<Record<string, T>>, NamedShape> {
  return {
    shape: { kind: 'named', description, namePattern: NAME_PATTERN, nameSays: NAME_SAYS, item: item.shape },
  };
}

/** An expression, `raw`, or an object whose leaves are expressions. */
export function mapping(description: string): Field<MappingSettings> {
  return { shape: { kind: 'tree', description } };
}

export function block<M extends Members>(
  description: string,
  members: M,
  rules: { readonly shorthand?: { word: string; means: JsonObject }; readonly exactlyOne?: string[] } = {},
): Field<BlockOf<M>, BlockShape> {
  const properties = Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, member.property]),
  );
  return { shape: { kind: 'block', description, properties, ...rules } };
}

export function required<T>(field: Field<T>): Member<T, true> {
  return { property: { shape: field.shape, required: true }, always: true };
}

/** `otherwise`: what counts where nothing is written, decided elsewhere; stated for the reader. */
export function optional<T>(field: Field<T>, otherwise?: Json): Member<T, false> {
  const property = { shape: field.shape, required: false };
  return { property: otherwise === undefined ? property : { ...property, otherwise }, always: false };
}

/** Optional in the file, always there afterwards: a rule over several values fills it in (`deriveDefaults`). */
export function derived<T>(field: Field<T>): Member<T, true> {
  return { property: { shape: field.shape, required: false }, always: true };
}

/** `value` is in the file's own form: `30s`. */
export function defaulted<T>(field: Field<T>, value: Json): Member<T, true> {
  return { property: { shape: field.shape, required: false, default: value }, always: true };
}
