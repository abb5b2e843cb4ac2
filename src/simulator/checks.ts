import { isJsonObject } from '../model/json.js';

/** What was given to the simulator does not make sense; the sentence says where and why. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}

/** Reads a value that stands at `at`. Throws `InvalidInput`. */
export type Check<T> = (value: unknown, at: string) => T;

export const text: Check<string> = (value, at) => {
  if (typeof value === 'string') return value;
  throw new InvalidInput(`${at} must be a text.`);
};

export const flag: Check<boolean> = (value, at) => {
  if (typeof value === 'boolean') return value;
  throw new InvalidInput(`${at} must be true or false.`);
};

export const anything: Check<unknown> = (value) => value;

/** A number between two, both inclusive. */
export function numberIn(min: number, max: number): Check<number> {
  return (value, at) => {
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw new InvalidInput(`${at} must be a number from ${min} to ${max}.`);
  };
}

/** A whole number between two, both inclusive. */
export function wholeNumberIn(min: number, max: number): Check<number> {
  return (value, at) => {
    if (Number.isSafeInteger(value)) return numberIn(min, max)(value, at);
    throw new InvalidInput(`${at} must be a whole number.`);
  };
}

/** `[min, max]` of whole numbers. */
export const range: Check<readonly [number, number]> = (value, at) => {
  const [min, max, ...rest] = listOf(wholeNumberIn(0, Number.MAX_SAFE_INTEGER))(value, at);
  if (min !== undefined && max !== undefined && min <= max && rest.length === 0) return [min, max];
  throw new InvalidInput(`${at} must be [min, max].`);
};

export function oneOf<const T extends string | number>(...words: readonly T[]): Check<T> {
  return (value, at) => {
    const word = words.find((each) => each === value);
    if (word !== undefined) return word;
    throw new InvalidInput(`${at} must be one of ${words.join(', ')}.`);
  };
}

export function listOf<T>(item: Check<T>): Check<readonly T[]> {
  return (value, at) => {
    if (Array.isArray(value)) return value.map((each: unknown, i) => item(each, `${at}/${i}`));
    throw new InvalidInput(`${at} must be a list.`);
  };
}

/** An object with any keys. */
export function mapOf<T>(item: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value, at) => {
    if (!isJsonObject(value)) throw new InvalidInput(`${at} must be an object.`);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, item(each, `${at}/${key}`)]));
  };
}

export type Checks<T> = { readonly [K in keyof T]-?: Check<Exclude<T[K], undefined>> };

/** An object with these keys only, each of which may be absent. */
export function someOf<T>(checks: Checks<T>): Check<Partial<T>> {
  return (value, at) => {
    if (!isJsonObject(value)) throw new InvalidInput(`${at === '' ? 'It' : at} must be an object.`);
    const known = (key: string): key is Extract<keyof T, string> => Object.hasOwn(checks, key);
    const result = {} as Partial<T>;
    for (const key of Object.keys(value)) {
      if (!known(key)) {
        throw new InvalidInput(`${at}/${key} is not known; there are: ${Object.keys(checks).join(', ')}.`);
      }
      result[key] = checks[key](value[key], `${at}/${key}`);
    }
    return result;
  };
}
