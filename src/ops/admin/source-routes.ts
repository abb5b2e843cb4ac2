import { isJsonObject } from '../../model/json.js';
import { Problem } from '../../model/problem.js';
import type { AdminRoute } from './admin-route.js';
import type { Audited } from './audited.js';
import {
  ANYTHING,
  COUNT,
  describe,
  FLAG,
  listOf,
  mapOf,
  NUMBER,
  nullable,
  shape,
  TEXT,
  TIME,
  words,
} from './json-schema.js';
import type { SourcePort, SourceStatus } from './ports.js';
import { badRequest, onlyFields, onlyParameters, readChange, readParam } from './read-input.js';
import { REASON } from './schemas.js';
import { timeText } from './time-text.js';

const PAUSE = { ...shape({ by: TEXT, reason: TEXT, at: TIME }), type: ['object', 'null'] } as const;
const SOURCE = shape({
  name: TEXT,
  preset: TEXT,
  routes: listOf(shape({ name: TEXT, target: TEXT, endpoint: TEXT })),
  paused: PAUSE,
  accepted_per_minute: NUMBER,
  last_event_at: nullable(TIME),
  expected_interval_ms: nullable(NUMBER),
  silent: describe(FLAG, 'Nothing came for longer than expected.'),
  counts: mapOf(COUNT),
  jobs: describe(mapOf(COUNT), 'Komand jobs that ended, by outcome.'),
});
const TRIED = shape({
  ok: FLAG,
  stages: listOf(shape({ name: TEXT, ok: FLAG, ms: NUMBER, detail: TEXT })),
  deliveries: listOf(
    shape({
      event: COUNT,
      route: TEXT,
      target: TEXT,
      request: shape({ method: TEXT, path: TEXT, headers: mapOf(TEXT), body: TEXT }),
    }),
  ),
});

/** Sources: how each is doing, the switch to hold its deliveries back, and a dry run. */
export function sourceRoutes(sources: SourcePort, audited: Audited): readonly AdminRoute[] {
  const mustExist = (name: string): void => {
    if (!sources.has(name)) throw new Problem('not_found', 404, 'There is no source of this name.');
  };
  const change = (verb: 'pause' | 'resume', summary: string): AdminRoute => ({
    method: 'POST',
    path: `/api/v1/sources/:name/${verb}`,
    role: 'operator',
    summary,
    doc: { body: REASON, answer: shape({ name: TEXT, state: words('paused', 'delivering') }) },
    handler: async (request) => {
      const name = readParam(request, 'name');
      onlyFields(request.body, ['reason']);
      const why = readChange(request);
      mustExist(name);
      await audited(`source.${verb}`, name, why, () => sources[verb](name, why));
      return { status: 200, body: { name, state: verb === 'pause' ? 'paused' : 'delivering' } };
    },
  });

  return [
    {
      method: 'GET',
      path: '/api/v1/sources',
      role: 'viewer',
      summary: 'Lists sources: what each takes in, whether it is silent or paused, what waits.',
      doc: { answer: shape({ items: listOf(SOURCE) }) },
      handler: async ({ query }) => {
        onlyParameters(query, []);
        return { status: 200, body: { items: (await sources.list()).map(show) } };
      },
    },
    change('pause', 'Holds back what a source delivers; webhooks are still accepted and kept.'),
    change('resume', 'Lets a source deliver again.'),
    {
      method: 'POST',
      path: '/api/v1/sources/:name/try',
      // It tells whether a credential is right, and an authentic confirmation of a subscription is confirmed
      role: 'operator',
      summary: 'Takes a body through a source stage by stage. Stores nothing, sends nothing to a target.',
      doc: {
        body: {
          type: 'object',
          properties: {
            body: describe(ANYTHING, 'The body: its text, or JSON.'),
            headers: mapOf(TEXT),
            query: describe(TEXT, 'The query string that the sender would add.'),
          },
          required: ['body'],
          additionalProperties: false,
        },
        answer: TRIED,
      },
      handler: async (request) => {
        const name = readParam(request, 'name');
        mustExist(name);
        const { body, headers = {}, query = '' } = onlyFields(request.body, ['body', 'headers', 'query']);
        if (body === undefined) throw badRequest('Send {"body": …}: the text of the body, or JSON.');
        if (typeof query !== 'string') throw badRequest('query must be text.');
        const tried = await sources.try(name, {
          body: typeof body === 'string' ? body : JSON.stringify(body),
          headers: readHeaders(headers),
          query,
        });
        return { status: 200, body: tried };
      },
    },
  ];
}

function readHeaders(headers: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(headers)) throw badRequest('headers must be an object of texts.');
  const lower: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') throw badRequest('headers must be an object of texts.');
    lower[name.toLowerCase()] = value;
  }
  return lower;
}

function show(source: SourceStatus): Record<string, unknown> {
  const { name, preset, routes, paused, silent, counts, jobs } = source;
  return {
    name,
    preset,
    routes,
    paused: paused === undefined ? null : { ...paused, at: timeText(paused.at) },
    accepted_per_minute: source.acceptedPerMinute,
    last_event_at: timeText(source.lastEventAt),
    expected_interval_ms: source.expectedIntervalMs ?? null,
    silent,
    counts,
    jobs,
  };
}
