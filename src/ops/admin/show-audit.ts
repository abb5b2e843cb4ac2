import type { AuditEntry } from './ports.js';
import { timeText } from './time-text.js';

/** An entry of the audit trail as the API shows it. */
export function showAudit({ at, by, action, reason, ids, detail }: AuditEntry): Record<string, unknown> {
  return { at: timeText(at), by, action, reason, ids, detail: detail ?? null };
}
