import { SEVERITIES, type Severity, type SeverityTable } from './preset.js';

/**
 * The common severity of a sender's word or number: the first entry of the table that matches, from `critical` down.
 * Without a match a common word stands for itself, and everything else is `unknown`.
 * A list counts by its first element.
 */
export function commonSeverity(value: unknown, table: SeverityTable): Severity {
  const word =
    typeof value === 'number' || typeof value === 'string' ? String(value).trim().toLowerCase() : '';
  if (word === '') return 'unknown';
  for (const severity of SEVERITIES) {
    if (table[severity]?.some((entry) => matches(entry.toLowerCase(), word)) === true) return severity;
  }
  return SEVERITIES.find((severity) => severity === word) ?? 'unknown';
}

/** An entry is a word, a number, or a range with one or both ends (`7..`, `4..6`, `..3`; the ends belong to it). */
function matches(entry: string, word: string): boolean {
  if (entry === word) return true;
  const number = Number(word);
  if (Number.isNaN(number)) return false;
  const range = /^(-?[\d.]*?)\.\.(-?[\d.]*)$/.exec(entry);
  if (range === null) return entry.trim() !== '' && Number(entry) === number;
  const [, low = '', high = ''] = range;
  return (low === '' || number >= Number(low)) && (high === '' || number <= Number(high));
}
