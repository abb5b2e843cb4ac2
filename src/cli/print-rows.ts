import { textAt } from '../ops/console/fields.js';
import { paint, plain, printTable, type CliIo } from './cli-io.js';

/** A column: its heading, and the field it shows or what it makes of an item. */
export type Column = readonly [heading: string, field: string | ((item: unknown) => string | undefined)];

/** Prints a page of the API as a table, and on standard error how to go on where there is more. */
export function printPage(
  io: CliIo,
  items: readonly unknown[],
  columns: readonly Column[],
  page: { readonly empty: string; readonly nextCursor?: string | undefined },
): void {
  if (items.length === 0) io.stderr(`${page.empty}\n`);
  else printTable(io, [columns.map(([heading]) => heading), ...items.map((item) => cellsOf(item, columns))]);
  if (page.nextCursor !== undefined)
    io.stderr(paint(io, 'dim', `More: --cursor ${plain(page.nextCursor)}`) + '\n');
}

function cellsOf(item: unknown, columns: readonly Column[]): string[] {
  return columns.map(([, field]) => {
    const text = typeof field === 'string' ? textAt(item, field) : field(item);
    return text === undefined ? '-' : plain(text);
  });
}
