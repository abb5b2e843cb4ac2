import type { DeliveryView } from '../../model/delivery.js';
import type { FilterQuery } from './delivery-filter.js';
import type { Search } from './ports.js';
import { showDelivery, showWhole } from './show-delivery.js';

export type ExportFormat = 'jsonl' | 'csv';

const PAGE = 200;
const COLUMNS = [
  'id',
  'event_id',
  'source',
  'route',
  'state',
  'delivery_key',
  'received_at',
  'delivered_at',
  'job_id',
  'job_url',
  'outcome',
  'failed_step',
  'error_class',
  'http_code',
  'attempt_count',
  'next_attempt_at',
  'request_id',
  'replay_of',
] as const;

export const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  jsonl: 'application/jsonl; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};

/** Everything that matches, a page at a time: neither Redis nor this process ever holds more than one. */
export async function* exportRows(
  search: Search,
  query: FilterQuery,
  format: ExportFormat,
  signal: AbortSignal,
): AsyncGenerator<string> {
  if (format === 'csv') yield `${[...COLUMNS, 'body'].join(',')}\r\n`;
  let cursor: string | undefined;
  do {
    const page = await search({ ...query, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    if (page.items.length > 0) yield page.items.map(format === 'csv' ? toCsv : toJsonLine).join('');
    cursor = page.cursor;
  } while (cursor !== undefined && !signal.aborted);
}

function toJsonLine(view: DeliveryView): string {
  return `${JSON.stringify(showWhole(view))}\n`;
}

function toCsv(view: DeliveryView): string {
  const shown = showDelivery(view);
  return `${[...COLUMNS.map((name) => cell(shown[name])), cell(view.delivery.body)].join(',')}\r\n`;
}

/**
 * RFC 4180, and text that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection):
 * what senders write must not run on the desk of whoever opens the file.
 */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = typeof value === 'string' && /^[\s]*[=+\-@\t\r\n|%]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
