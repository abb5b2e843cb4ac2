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
  const ms = numberAt(seen, 'duration_ms');
  const parts = [...partsOf(io, seen), ms === undefined ? '' : `${Math.round(ms)} ms`];
  const time = textAt(seen, 'at') ?? new Date().toISOString();
  const head = [paint(io, 'dim', plain(time)), paint(io, 'dim', plain(seen.kind).padEnd(14))];
  return [...head, ...parts].filter((part) => part !== '').join('  ');
}

function partsOf(io: CliIo, seen: Seen): readonly string[] {
  const text = (name: string): string => plain(textAt(seen, name) ?? '');
  const job = text('job_id') === '' ? '' : `job ${text('job_id')}`;
  switch (seen.kind) {
    case 'request': {
      const status = numberAt(seen, 'status') ?? 0;
      const tone = status < 300 ? 'green' : status < 500 ? 'yellow' : 'red';
      const events = listAt(seen, 'events').map((event) => plain(textAt(event, 'status') ?? ''));
      return [
        paint(io, tone, String(status)),
        text('source'),
        text('request_id'),
        text('cause'),
        events.join(' '),
      ];
    }
    case 'attempt': {
      const tone = text('outcome') === 'delivered' ? 'green' : 'yellow';
      return [paint(io, tone, text('outcome')), text('delivery_id'), job, text('error_class')];
    }
    case 'delivery-ended': {
      const tone = text('state') === 'delivered' ? 'green' : text('state') === 'dead' ? 'red' : 'yellow';
      return [paint(io, tone, text('state')), text('delivery_id')];
    }
    case 'job-ended': {
      const tone = text('outcome') === 'succeeded' ? 'green' : 'red';
      return [paint(io, tone, text('outcome')), text('delivery_id'), job, text('failed_step')];
    }
    default:
      return [text('level'), text('event'), text('message')];
  }
}
