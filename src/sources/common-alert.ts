import type { JsonObject } from '../model/json.js';
import { SEVERITIES } from './preset.js';
import type { EventView } from './event-view.js';
import { toTime } from './to-time.js';

const MAX_TITLE = 300;
const MAX_SHORT = 512;
const MAX_URL = 2_048;
const MAX_DESCRIPTION = 4_096;

/**
 * Makes the nine variables out of what a preset's mapping yields, always all of them and always strings: title
 * never empty, severity one of six, times RFC 3339 in UTC, only http(s) links. `fallbackTitle` names the product.
 */
export function commonAlert(mapped: JsonObject, view: EventView, fallbackTitle: string): JsonObject {
  const { severity } = mapped;
  return {
    title: line(mapped['title'], MAX_TITLE) || fallbackTitle,
    severity: [...SEVERITIES, 'unknown'].find((known) => known === severity) ?? 'unknown',
    status: line(mapped['status'], MAX_SHORT),
    source: view.source,
    source_event_id: line(mapped['source_event_id'], MAX_SHORT),
    url: link(mapped['url']),
    occurred_at: toTime(mapped['occurred_at']) ?? view.receivedAt ?? '',
    description: text(mapped['description'], MAX_DESCRIPTION),
    raw: view.text ?? '',
  };
}

function line(value: unknown, length: number): string {
  return text(value, length).replace(/\s+/g, ' ').trim();
}

function text(value: unknown, length: number): string {
  if (value === undefined || value === null) return '';
  const whole = typeof value === 'string' ? value : JSON.stringify(value);
  const cut = whole.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** A link that an analyst may click; `javascript:` is none. */
function link(value: unknown): string {
  const url = text(value, MAX_URL).trim();
  return /^https?:\/\/[^\s]+$/i.test(url) ? url : '';
}
