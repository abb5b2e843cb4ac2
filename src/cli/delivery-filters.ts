import type { Command } from 'commander';
import type { Query } from './api-client.js';
import { CliError, EXIT } from './exit-code.js';

/** The filters of deliveries, by the names they have in the API. */
export interface FilterFlags {
  readonly source?: string;
  readonly route?: string;
  readonly state?: string;
  readonly outcome?: string;
  readonly errorClass?: string;
  readonly httpCode?: string;
  readonly from?: string;
  readonly to?: string;
  readonly deliveryKey?: string;
  readonly jobId?: string;
  readonly text?: string;
  readonly bodyField?: string;
  readonly fingerprint?: string;
}

export function withFilters(command: Command): Command {
  return command
    .option('--source <name>', 'only of this source')
    .option('--route <name>', 'only along this route')
    .option('--state <state>', 'queued, active, scheduled, delivered, dead or discarded')
    .option('--outcome <outcome>', 'what became of the job: succeeded, failed, pending …')
    .option('--error-class <class>', 'timeout, connect, http_4xx, mapping …')
    .option('--http-code <code>', "the target's last answer")
    .option('--from <time>', 'received at or after: 2026-01-31T12:00:00Z, or 2h (ago)')
    .option('--to <time>', 'received before')
    .option('--delivery-key <key>', 'of this delivery key; needs --source')
    .option('--job-id <id>', 'the delivery that started this Komand job')
    .option('--text <text>', 'whose body holds this text')
    .option('--body-field <path=value>', 'whose body has this value there, e.g. result.host=vpn01')
    .option('--fingerprint <text>', 'of one group of dead letters, as `dead groups` names it');
}

/** The filters that are set, as the API takes them. Throws a `CliError` for a time that is none. */
export function filterQuery(flags: FilterFlags, now: number): Record<string, string> {
  const query: Query = {
    source: flags.source,
    route: flags.route,
    state: flags.state,
    outcome: flags.outcome,
    error_class: flags.errorClass,
    http_code: flags.httpCode,
    from: timeOf(flags.from, now),
    to: timeOf(flags.to, now),
    delivery_key: flags.deliveryKey,
    job_id: flags.jobId,
    text: flags.text,
    body_field: flags.bodyField,
    fingerprint: flags.fingerprint,
  };
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) if (value !== undefined) set[name] = value;
  return set;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** RFC 3339 of a time that is written so, or as an age such as `2h`. `now` is Unix milliseconds. */
export function timeOf(text: string | undefined, now: number): string | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = unit === undefined ? Date.parse(text) : now - Number(amount) * (UNIT_MS[unit] ?? 0);
  if (Number.isNaN(ms))
    throw new CliError(`"${text}" is not a time; write 2026-01-31T12:00:00Z, or 2h.`, EXIT.usage);
  return new Date(ms).toISOString();
}
