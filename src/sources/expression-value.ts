/** JSONata's `$boolean`: empty, zero, null, missing, functions and lists of nothing but those are false. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((each: unknown) => isTrue(each));
  if (isFunction(value)) return false;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/**
 * Is this a function as JSONata passes it around? Its own and its lambdas are objects with a mark; an event may
 * hold a member of that name too, but not one beside it that is a function or an environment.
 */
export function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Object.hasOwn(value, '_jsonata_lambda')) return Object.hasOwn(value, 'environment');
  return (
    Object.hasOwn(value, '_jsonata_function') && typeof Reflect.get(value, 'implementation') === 'function'
  );
}
