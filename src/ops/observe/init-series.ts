import type { SourceSettings } from '../../model/settings.js';
import type { Metrics } from './metrics.js';

/** Starts at 0 what an alarm looks at; the rarer words of a label begin with their first event. */
const REASONS = ['auth', 'schema', 'parse'];
const JOB_OUTCOMES = ['succeeded', 'failed', 'unconfirmed'];
const CODES = [202, 401, 500, 503];
const LEVELS = ['error', 'warn', 'info'];

/**
 * Starts every series of a configured source at 0, and forgets those of sources and secrets that are configured no
 * more. A counter that first appears at 3 shows no increase to Prometheus, so the first dead letters after a start
 * would raise no alarm; one that stays behind raises an alarm for ever.
 */
export function initSeries(metrics: Metrics, sources: readonly SourceSettings[]): void {
  void forgetSecrets(metrics, sources);
  metrics.expectedInterval.reset();
  for (const settings of sources) initSource(metrics, settings);
  for (const reason of ['unknown_source', 'other']) metrics.rejected.inc({ source: 'unknown', reason }, 0);
  for (const code of CODES) metrics.httpRequests.inc({ route: 'hooks', method: 'POST', code }, 0);
  for (const level of LEVELS) metrics.logLines.inc({ level }, 0);
  metrics.configReloads.set(Date.now() / 1_000);
}

function initSource(metrics: Metrics, settings: SourceSettings): void {
  const { name: source, expectedInterval, routes } = settings;
  for (const counter of [
    metrics.accepted,
    metrics.filtered,
    metrics.deduplicated,
    metrics.ignored,
    metrics.spooled,
    metrics.quarantined,
    metrics.created,
    metrics.delivered,
    metrics.dead,
    metrics.discarded,
  ]) {
    counter.inc({ source }, 0);
  }
  for (const reason of REASONS) metrics.rejected.inc({ source, reason }, 0);
  metrics.attempts.inc({ source, outcome: 'ok' }, 0);
  for (let secret = 0; secret < secretsOf(settings); secret += 1) {
    metrics.secretUsed.inc({ source, secret }, 0);
  }
  for (const { name: route, endpoint } of routes) {
    // A trigger's answer has no job id, so there is nothing to follow
    if (endpoint === 'trigger') continue;
    for (const outcome of JOB_OUTCOMES) metrics.jobs.inc({ source, route, outcome }, 0);
  }
  if (expectedInterval !== undefined) metrics.expectedInterval.set({ source }, expectedInterval / 1_000);
}

function secretsOf({ auth }: SourceSettings): number {
  return auth?.secrets?.length ?? 0;
}

/** Else a secret that was taken away after its rotation would look like one that nobody uses any more. */
async function forgetSecrets(metrics: Metrics, sources: readonly SourceSettings[]): Promise<void> {
  const counts = new Map(sources.map((settings) => [settings.name, secretsOf(settings)]));
  const { values } = await metrics.secretUsed.get();
  for (const { labels } of values) {
    const { source, secret } = labels;
    if (source === undefined || secret === undefined) continue;
    if (Number(secret) >= (counts.get(String(source)) ?? 0)) metrics.secretUsed.remove({ source, secret });
  }
}
