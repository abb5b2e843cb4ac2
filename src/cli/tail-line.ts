import { isJsonObject } from '../model/json.js';
import { listAt, numberAt, textAt } from '../ops/console/fields.js';
import { paint, plain, type CliIo } from './cli-io.js';
import type { StreamMessage } from './server-sent-events.js';

/** What the stream says of one thing that happened. */
export interface Seen {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** `undefined` for what is no JSON object: a newer bridge may say more than we know. */
export function parseMessage({ kind, data }: StreamMessage): Seen | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (!isJsonObject(value)) return undefined;
    return { ...value, kind: kind === 'message' ? (textAt(value, 'kind') ?? kind) : kind };
  } catch {
    return undefined;
  }
}

/** What belongs to no source (a notice) is shown whatever was asked for. */
export function isOfSource(seen: Seen, source: string | undefined): boolean {
  return source === undefined || (textAt(seen, 'source') ?? source) === source;
}

/** One line for people: when, what, and the ids to go on with. */
export function tailLine(io: CliIo, seen: Seen): string {
  const text = (...names: readonly string[]): string =>
    plain(names.map((name) => textAt(seen, name)).find((value) => value !== undefined) ?? '');
  const time = text('at', 'time') || new Date().toISOString();
  const ms = numberAt(seen, 'duration_ms') ?? numberAt(seen, 'durationMs');
  const took = ms === undefined ? '' : `${Math.round(ms)} ms`;
  const id = text('delivery_id', 'deliveryId');
  const parts = ((): readonly string[] => {
    switch (seen.kind) {
      case 'request': {
        const status = numberAt(seen, 'status') ?? numberAt(seen, 'http.status') ?? 0;
        const tone = status < 300 ? 'green' : status < 500 ? 'yellow' : 'red';
        return [
          paint(io, tone, String(status)),
          text('source'),
          text('request_id', 'requestId'),
          refusalOf(seen),
          took,
        ];
      }
      case 'attempt': {
        const outcome = textAt(seen, 'outcome') ?? textAt(seen, 'attempt', 'outcome') ?? '';
        const tone = outcome === 'delivered' ? 'green' : 'yellow';
        const job = textAt(seen, 'job_id') ?? textAt(seen, 'attempt', 'jobId');
        const why =
          textAt(seen, 'reason') ?? textAt(seen, 'error.reason') ?? textAt(seen, 'attempt', 'reason');
        return [
          paint(io, tone, plain(outcome)),
          id,
          job === undefined ? plain(why ?? '') : `job ${plain(job)}`,
          took,
        ];
      }
      case 'delivery-ended': {
        const state = text('state');
        const tone = state === 'delivered' ? 'green' : state === 'dead' ? 'red' : 'yellow';
        return [paint(io, tone, state), id, took];
      }
      case 'job-ended': {
        const outcome = text('outcome');
        const tone = outcome === 'succeeded' ? 'green' : 'red';
        return [
          paint(io, tone, outcome),
          id,
          `job ${text('job_id', 'jobId')}`,
          text('failed_step', 'failedStep'),
        ];
      }
      default:
        return [text('level'), text('event'), text('message')];
    }
  })();
  const label = paint(io, 'dim', plain(seen.kind).padEnd(14));
  return [paint(io, 'dim', time), label, ...parts].filter((part) => part !== '').join('  ');
}

function refusalOf(seen: Seen): string {
  const cause = textAt(seen, 'refusal', 'cause') ?? textAt(seen, 'refusal') ?? textAt(seen, 'code');
  const detail = textAt(seen, 'refusal', 'detail') ?? textAt(seen, 'refusal_detail');
  if (cause !== undefined) return plain(detail === undefined ? cause : `${cause}: ${detail}`);
  return listAt(seen, 'events')
    .map((event) => plain(textAt(event, 'status') ?? ''))
    .join(' ');
}
