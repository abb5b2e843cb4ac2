import { findIconJob, listIconJobs } from './icon-jobs.js';
import { iconRefusal } from './icon-refusal.js';
import { triggerIcon } from './icon-trigger.js';
import { nameless } from './accept-event.js';
import { json, type Reply } from './reply.js';
import type { SimWorkflow } from './settings.js';
import type { KomandRequest } from './sim-request.js';
import type { World } from './world.js';

/** The API of InsightConnect, Komand's successor, over the same workflows and jobs. `undefined`: no such resource. */
export function answerIcon(world: World, request: KomandRequest): Reply | undefined {
  const { method, segments } = request;
  const route = `${method} /${segments.map((part, i) => (isId(segments, i) ? ':id' : part)).join('/')}`;
  const id = segments.find((_, i) => isId(segments, i)) ?? '';
  switch (route) {
    case 'POST /connect/v1/execute/async/workflows/:id':
    case 'POST /connect/v1/workflows/:id/events/execute':
      return (
        (world.settings.icon.keyOnTrigger ? refuseIcon(world, request) : undefined) ??
        triggerIcon(world, request, id)
      );
    case 'GET /validate':
      return refuseKey(world, request) ?? json({ message: 'Authorized' });
    case 'GET /connect/v1/jobs':
      return refuseIcon(world, request) ?? listIconJobs(world, request);
    case 'GET /connect/v1/jobs/:id':
      return refuseIcon(world, request) ?? findIconJob(world, id);
    case 'POST /connect/v1/jobs/:id/events/cancel':
      return refuseIcon(world, request) ?? cancel(world, id);
    case 'GET /connect/v2/workflows':
      return refuseIcon(world, request) ?? listWorkflows(world);
    default:
      return undefined;
  }
}

/** What follows `jobs` or `workflows` names one of them. */
function isId(segments: readonly string[], i: number): boolean {
  return i > 0 && ['jobs', 'workflows'].includes(segments[i - 1] ?? '');
}

function refuseKey({ settings }: World, { headers }: KomandRequest): Reply | undefined {
  return headers['x-api-key'] === settings.icon.apiKey ? undefined : json({ message: 'Unauthorized' }, 401);
}

/** A key for several organizations has to say which one it means. */
function refuseIcon(world: World, request: KomandRequest): Reply | undefined {
  const refused = refuseKey(world, request);
  if (refused !== undefined || !world.settings.icon.needsOrganization) return refused;
  const named = request.headers['r7-organization-id'] !== undefined;
  return named ? undefined : iconRefusal(world, 400, 'R7-Organization-Id is required');
}

function cancel(world: World, id: string): Reply {
  const now = world.now();
  const job = world.jobs.get(id, now);
  if (job === undefined) return findIconJob(world, id);
  if (now >= job.endsAt) return iconRefusal(world, 400, 'the job has ended');
  const ended = world.jobs.end(job, 'cancelled', now);
  world.jobLog?.append(ended);
  return findIconJob(world, id);
}

function listWorkflows({ settings, seenWorkflows }: World): Reply {
  const known: readonly SimWorkflow[] =
    settings.workflows.length > 0 ? settings.workflows : [...seenWorkflows].map(nameless);
  const workflows = known
    .filter(({ deleted }) => deleted !== true)
    .map(({ uid, name, active }) => ({
      workflow: { workflowId: uid, name, state: active === false ? 'inactive' : 'active' },
    }));
  return json({ data: { workflows, meta: { limit: 30, offset: 0, total: workflows.length } } });
}
