import { Problem } from '../../model/problem.js';
import type { AdminRoute } from './admin-route.js';
import { COUNT, FLAG, listOf, mapOf, nullable, NUMBER, shape, TEXT, TIME } from './json-schema.js';
import type { DeliveryReader, TargetPort, TargetStatus } from './ports.js';
import { onlyParameters, readParam } from './read-input.js';
import { timeText } from './time-text.js';

const MAX_JOB_ID = 256;
const WORD = { type: ['string', 'number'] } as const;
const TARGET = shape({
  name: TEXT,
  url: TEXT,
  circuit: mapOf(WORD),
  login: mapOf(WORD),
  permissions: listOf(TEXT),
  rate_limit: nullable(NUMBER),
  concurrency: COUNT,
  paused_routes: listOf(TEXT),
  jobs: mapOf(COUNT),
});
const JOB = shape({
  job_id: TEXT,
  delivery_id: nullable(TEXT),
  outcome: nullable(TEXT),
  target: nullable(TEXT),
  job_url: nullable(TEXT),
  found_at_target: FLAG,
  status: nullable(TEXT),
  workflow_id: nullable(TEXT),
  group_id: nullable(TEXT),
  name: nullable(TEXT),
  created_at: nullable(TIME),
  ended_at: nullable(TIME),
  failed_step: nullable(TEXT),
  rerunnable: nullable(FLAG),
  not_asked: nullable(TEXT),
});

/** The other side: is it there, are we let in, what became of the jobs. */
export function targetRoutes(
  targets: TargetPort,
  reader: Pick<DeliveryReader, 'findByJobId'>,
): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/targets',
      role: 'viewer',
      summary: 'Lists targets: circuit, login, permissions, rate, jobs by outcome. Never a token.',
      doc: { answer: shape({ items: listOf(TARGET) }) },
      handler: async ({ query }) => {
        onlyParameters(query, []);
        return { status: 200, body: { items: (await targets.list()).map(show) } };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/komand/jobs/:id',
      role: 'viewer',
      summary: 'Finds a job by its job_id: what the target says of it, and the delivery that started it.',
      doc: { answer: JOB },
      handler: async (request) => {
        const id = readParam(request, 'id');
        if (id.length > MAX_JOB_ID) throw nowhere();
        const [view, asked] = await Promise.all([reader.findByJobId(id), targets.findJob(id)]);
        const { found, unreachable } = asked;
        const silent = unreachable.join(', ');
        if (view === undefined && found === undefined) {
          if (unreachable.length === 0) throw nowhere();
          const sentence = `The bridge knows no delivery of this job, and ${silent} could not be asked; try again later.`;
          throw new Problem('store_unavailable', 503, sentence, { retryAfterSeconds: 15 });
        }
        const job = found?.job;
        const body = {
          job_id: id,
          delivery_id: view?.delivery.id ?? null,
          outcome: view?.jobOutcome ?? null,
          target: found?.target ?? null,
          job_url: found?.url ?? view?.receipt?.jobUrl ?? null,
          found_at_target: found !== undefined,
          status: job?.status ?? null,
          workflow_id: job?.workflowId ?? null,
          group_id: job?.groupId ?? null,
          name: job?.name ?? null,
          created_at: timeText(job?.createdAt),
          ended_at: timeText(job?.endedAt),
          failed_step: job?.failedStep ?? view?.failedStep ?? null,
          rerunnable: job?.rerunnable ?? null,
          not_asked: silent === '' ? null : `could not be asked: ${silent}`,
        };
        return { status: 200, body };
      },
    },
  ];
}

function show(target: TargetStatus): Record<string, unknown> {
  const { name, url, circuit, login, permissions, rateLimit, concurrency, pausedRoutes, jobs } = target;
  return {
    name,
    url,
    circuit,
    login,
    permissions,
    rate_limit: rateLimit ?? null,
    concurrency,
    paused_routes: pausedRoutes,
    jobs,
  };
}

function nowhere(): Problem {
  return new Problem('not_found', 404, 'Neither the bridge nor a target knows a job of this id.');
}
