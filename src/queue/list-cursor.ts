import { isJsonObject } from '../model/json.js';
import { Problem } from '../model/problem.js';

/** Where a page ended. */
export interface Cursor {
  readonly rank: number;
  readonly id: string;
  /** For the waiting: the last few ids shown of each source, the last one first. */
  readonly seen?: Readonly<Record<string, readonly string[]>>;
}

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** Throws `Problem` bad_request for one that no page ended with. */
export function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (isJsonObject(value) && typeof value['rank'] === 'number' && typeof value['id'] === 'string') {
      const { rank, id, seen } = value;
      return seen === undefined ? { rank, id } : { rank, id, seen: readSeen(seen) };
    }
  } catch {
    // Told below
  }
  throw new Problem('bad_request', 400, 'The cursor is none that this list gave out.');
}

function readSeen(value: unknown): Readonly<Record<string, readonly string[]>> {
  if (typeof value !== 'object' || value === null) return {};
  const lists = Object.entries(value).map(([source, ids]: [string, unknown]): [string, string[]] => [
    source,
    Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [],
  ]);
  return Object.fromEntries(lists);
}
