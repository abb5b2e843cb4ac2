import { isJsonObject } from '../model/json.js';
import { acceptEvent, findWorkflow, mintId, nameless } from './accept-event.js';
import { jobUrl } from './job-json.js';
import { STREAM } from './random.js';
import { json, refusal, type Reply } from './reply.js';
import type { SimWorkflow } from './settings.js';
import type { KomandRequest } from './sim-request.js';
import type { World } from './world.js';

/** `POST /v2/workflows/:uid/events`: one job, whose id is minted here whatever `job_id` the event carries. */
export function postWorkflowEvent(world: World, request: KomandRequest, uid: string): Reply {
  world.counts.posts += 1;
  const bad = refuseBody(request.body);
  if (bad !== undefined) return bad;
  const workflow = findWorkflow(world, uid);
  const takes = workflow !== undefined && workflow.active !== false;
  if (takes) return published(world, request, acceptEvent(world, request, [workflow])[0] ?? '');
  const otherwise = workflow === undefined ? world.settings.unknownWorkflow : world.settings.inactiveWorkflow;
  if (otherwise !== 'accept') return refusal(Number(otherwise), 'the workflow was not found');
  return published(world, request, mintId(world, request));
}

/** `POST /v2/trigger/:id/events`: a job for every workflow with that trigger; the answer names none. */
export function postTriggerEvent(world: World, request: KomandRequest, id: string): Reply {
  world.counts.posts += 1;
  const bad = refuseBody(request.body);
  if (bad !== undefined) return bad;
  acceptEvent(world, request, triggered(world, id));
  return json({ message: 'trigger event published to queue' });
}

function triggered(world: World, id: string): readonly Pick<SimWorkflow, 'uid' | 'name'>[] {
  const { workflows, triggerFanOut } = world.settings;
  const named = workflows.filter((workflow) => workflow.triggerId === id);
  if (named.length > 0) return named.filter((workflow) => workflow.active !== false);
  const count = world.random.within(triggerFanOut, STREAM.fanOut, world.counts.posts);
  return Array.from({ length: count }, () => nameless(id));
}

function published(world: World, { fault }: KomandRequest, id: string): Reply {
  const message = 'event published to queue';
  if (fault?.kind === 'no-job-id') return json({ message });
  const said = fault?.kind === 'odd-job-id' ? (fault.jobId ?? 0) : id;
  return json({ job_id: said, job_url: jobUrl(world.settings, id), message });
}

/** Variables are the keys of an object; there is no other shape in any description of Komand. */
function refuseBody(body: string): Reply | undefined {
  try {
    const event: unknown = JSON.parse(body);
    return isJsonObject(event) ? undefined : refusal(400, 'the event must be a JSON object');
  } catch {
    return refusal(400, 'the event is not JSON');
  }
}
