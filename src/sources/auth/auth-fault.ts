/** What is wrong with a source's `auth`. `pointer` is a JSON pointer inside it, in the file's own spelling. */
export interface AuthFault {
  readonly ok: false;
  readonly message: string;
  readonly pointer: string;
}

/** Notes a fault; all of them are reported together. Messages never hold a secret. */
export type Report = (pointer: string, message: string) => void;

/** A value that must be there and not empty; '' stands in for it once the fault is noted. */
export function required(value: string | undefined, pointer: string, what: string, report: Report): string {
  if (value === undefined || value === '') report(pointer, `${what} is missing`);
  return value ?? '';
}

/** A header's name, lower-case as requests have them. */
export function headerName(value: string | undefined, pointer: string, what: string, report: Report): string {
  const name = required(value, pointer, what, report).toLowerCase();
  // RFC 9110 §5.6.2: a token
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]*$/.test(name)) report(pointer, 'this is not the name of a header');
  return name;
}

/** A list with at least one entry and no empty one. */
export function filledList(
  list: readonly string[] | undefined,
  pointer: string,
  what: string,
  report: Report,
): readonly string[] {
  if (list === undefined || list.length === 0) report(pointer, `${what} are missing`);
  list?.forEach((entry, index) => {
    if (entry.trim() === '') report(`${pointer}/${index}`, 'this entry is empty');
  });
  return list ?? [];
}

/** A tolerance in milliseconds. */
export function positive(value: number, pointer: string, report: Report): number {
  if (!(value > 0 && Number.isFinite(value))) report(pointer, 'this must be longer than 0 s');
  return value;
}
