import { listAt, textAt } from '../ops/console/fields.js';
import { paint, plain, printTable, type CliIo } from './cli-io.js';

/** The fields of a delivery in the order a person asks for them. */
const FACTS = [
  'id',
  'state',
  'source',
  'route',
  'event_id',
  'delivery_key',
  'received_at',
  'delivered_at',
  'next_attempt_at',
  'job_id',
  'job_url',
  'outcome',
  'failed_step',
  'error_class',
  'replay_of',
  'request_id',
] as const;

/** Prints one delivery: what it is, whether it may be sent again, each attempt, and the body last. */
export function printDelivery(io: CliIo, item: unknown): void {
  const facts = FACTS.map((name) => [name.replaceAll('_', ' '), textAt(item, name)] as const);
  const verdict = textAt(item, 'replay_verdict', 'sentence') ?? textAt(item, 'verdict', 'sentence');
  const shown = [...facts, ['send again?', verdict] as const].flatMap(([name, value]) =>
    value === undefined ? [] : [[name, plain(value)]],
  );
  printTable(io, shown);
  const attempts = listAt(item, 'attempts');
  if (attempts.length > 0) io.stdout(`\n${paint(io, 'bold', 'attempts')}\n`);
  printTable(io, attempts.map(attemptRow));
  const mapped = textAt(item, 'mapped', 'body') ?? textAt(item, 'mapped', 'error');
  if (mapped !== undefined) io.stdout(`\n${paint(io, 'bold', 'mapped')}\n${plainBody(mapped)}\n`);
  const body = textAt(item, 'body');
  if (body !== undefined) io.stdout(`\n${paint(io, 'bold', 'body')}\n${plainBody(body)}\n`);
}

function attemptRow(attempt: unknown): string[] {
  const text = (name: string): string => plain(textAt(attempt, name) ?? '');
  const status = text('status') === '' ? text('error_class') : `HTTP ${text('status')}`;
  const said = text('job_id') === '' ? text('reason') : `job ${text('job_id')}`;
  const next = text('next_attempt_at') === '' ? '' : `, next ${text('next_attempt_at')}`;
  return [
    `#${text('number')}`,
    text('started_at'),
    `${text('duration_ms')} ms`,
    text('outcome'),
    status,
    said + next,
  ];
}

/** Lines stay lines; everything else that a terminal would obey is shown. */
function plainBody(body: string): string {
  return body.split('\n').map(plain).join('\n');
}
