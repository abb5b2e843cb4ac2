import { jobSteps, type JobView, listItem, wholeJob } from './job-json.js';
import { statusAt } from './job-life.js';
import { CONNECTIONS, listUsers, listWorkflows, PLUGINS } from './komand-lists.js';
import { postTriggerEvent, postWorkflowEvent } from './post-event.js';
import { json, jsonText, refusal, type Reply } from './reply.js';
import { refuseStranger, signIn } from './sign-in.js';
import type { KomandRequest } from './sim-request.js';
import type { World } from './world.js';

/** Komand's `/v2` API. `undefined`: there is no such resource. */
export function answerKomand(world: World, request: KomandRequest): Reply | undefined {
  const { method, segments } = request;
  const [version, resource, id, part] = segments;
  if (version !== 'v2' || resource === undefined || segments.length > 4) return undefined;
  if (method === 'POST' && resource === 'sessions' && id === undefined) return signIn(world, request);

  const open = resource === 'trigger' && !world.settings.triggerAuth;
  const stranger = open ? undefined : refuseStranger(world, request.headers);
  if (stranger !== undefined) return stranger;
  if (method === 'POST' && id !== undefined && part === 'events') {
    if (resource === 'workflows') return postWorkflowEvent(world, request, id);
    if (resource === 'trigger') return postTriggerEvent(world, request, id);
  }
  if (method === 'GET' && resource === 'jobs') return readJobs(world, request, id, part);
  if (method === 'GET' && id === undefined) return readList(world, request, resource);
  return undefined;
}

function readJobs(
  world: World,
  request: KomandRequest,
  id: string | undefined,
  part: string | undefined,
): Reply | undefined {
  if (id === undefined) return listJobs(world, request);
  if (part !== undefined && part !== 'steps') return undefined;
  const view = viewOf(world);
  const job = world.jobs.get(id, view.now);
  if (job === undefined) return refusal(world.settings.unknownJob, 'the job was not found');
  return jsonText(part === 'steps' ? jobSteps(job, view) : wholeJob(job, view));
}

/** Newest first with `desc`, as every known caller asks for it, and without; with no `limit`, everything. */
function listJobs(world: World, { query }: KomandRequest): Reply {
  const view = viewOf(world);
  const asked = new URLSearchParams(query);
  const status = asked.get('status');
  const jobs = world.jobs.list(view.now, {
    limit: wholeNumber(asked.get('limit')) ?? Infinity,
    offset: wholeNumber(asked.get('offset')) ?? 0,
    ...(status !== null && status !== '' && { passes: (job) => statusAt(job, view.now) === status }),
  });
  const item = world.settings.listContext ? wholeJob : listItem;
  return jsonText(`{"jobs":[${jobs.map((job) => item(job, view)).join(',')}]}`);
}

function readList(world: World, { query }: KomandRequest, resource: string): Reply | undefined {
  switch (resource) {
    case 'workflows': {
      const asked = new URLSearchParams(query);
      return json(listWorkflows(world, asked.get('status'), asked.get('minimum') === 'true'));
    }
    case 'users':
      return json(listUsers(world.settings.user));
    case 'connections':
      return json(CONNECTIONS);
    case 'plugins':
      return json(PLUGINS);
    default:
      return undefined;
  }
}

/** How jobs look now. */
export function viewOf(world: World): JobView {
  return { settings: world.settings, random: world.random, now: world.now() };
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
