import { textAt } from '../ops/console/fields.js';
import { plain, printTable, type CliIo } from './cli-io.js';

/** A column: its heading, and the field it shows or what it makes of an item. */
export type Column = readonly [heading: string, field: string | ((item: unknown) => string | undefined)];

/** Prints items as a table; on standard error what to say of none, and how to go on where there is more. */
export function printPage(
  io: CliIo,
  page: { readonly items: readonly unknown[]; readonly next_cursor?: string | null },
  columns: readonly Column[],
  empty: string,
): void {
  const { items, next_cursor: cursor = null } = page;
  if (items.length === 0) io.stderr(`${empty}\n`);
  else printTable(io, [columns.map(([heading]) => heading), ...items.map((item) => cellsOf(item, columns))]);
  if (cursor !== null) io.stderr(`More: --cursor ${plain(cursor)}\n`);
}

function cellsOf(item: unknown, columns: readonly Column[]): string[] {
  return columns.map(([, field]) => {
    const text = typeof field === 'string' ? textAt(item, field) : field(item);
    return text === undefined ? '-' : plain(text);
  });
}
