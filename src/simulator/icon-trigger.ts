import { isJsonObject } from '../model/json.js';
import { acceptEvent, findWorkflow, mintId } from './accept-event.js';
import { iconRefusal, requestId } from './icon-refusal.js';
import { json, JSON_TYPE, type Reply } from './reply.js';
import type { KomandRequest } from './sim-request.js';
import type { World } from './world.js';

/** An API trigger: the answer's body is not documented, and a 2xx may carry an error. */
export function triggerIcon(world: World, request: KomandRequest, id: string): Reply {
  world.counts.posts += 1;
  const { icon, inactiveWorkflow } = world.settings;
  if (!isEvent(request.body)) return iconRefusal(world, 400, 'the event must be a JSON object');
  const workflow = findWorkflow(world, id);
  if (workflow === undefined) return iconRefusal(world, 404, 'workflow not found');
  if (workflow.deleted === true) return iconRefusal(world, 410, 'the workflow was deleted');
  if (icon.answer === 'error') {
    const error = {
      errorCode: icon.errorCode,
      message: 'simulated',
      requestId: requestId(world),
      details: '',
    };
    return json({ error }, icon.status);
  }
  if (workflow.active === false && inactiveWorkflow !== 'accept') {
    return iconRefusal(world, Number(inactiveWorkflow), 'the workflow is not active');
  }
  const jobId =
    workflow.active === false ? mintId(world, request) : acceptEvent(world, request, [workflow])[0];
  if (icon.answer === 'empty' || request.fault?.kind === 'no-job-id') {
    return { status: icon.status, type: JSON_TYPE, body: '' };
  }
  const odd = request.fault?.kind === 'odd-job-id';
  return json({ jobId: odd ? (request.fault?.jobId ?? 0) : jobId }, icon.status);
}

function isEvent(body: string): boolean {
  try {
    return isJsonObject(JSON.parse(body));
  } catch {
    return false;
  }
}
