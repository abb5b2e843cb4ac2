import type { SourceSettings } from '../../model/settings.js';
import type { Metrics } from './metrics.js';

/**
 * Starts every series of a configured source at 0. A counter that first appears at 3 shows no increase to
 * Prometheus, so the first dead letters after a start would raise no alarm.
 */
export function initSeries(metrics: Metrics, sources: readonly SourceSettings[]): void {
  for (const { name: source, expectedInterval } of sources) {
    for (const counter of [
      metrics.accepted,
      metrics.filtered,
      metrics.deduplicated,
      metrics.quarantined,
      metrics.created,
      metrics.delivered,
      metrics.dead,
      metrics.discarded,
    ]) {
      counter.inc({ source }, 0);
    }
    for (const reason of ['auth', 'schema', 'parse']) metrics.rejected.inc({ source, reason }, 0);
    metrics.attempts.inc({ source, outcome: 'ok' }, 0);
    if (expectedInterval !== undefined) metrics.expectedInterval.set({ source }, expectedInterval / 1_000);
  }
  for (const reason of ['unknown_source', 'other']) metrics.rejected.inc({ source: 'unknown', reason }, 0);
  metrics.configReloads.set(Date.now() / 1_000);
}
