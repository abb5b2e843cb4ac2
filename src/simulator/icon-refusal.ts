import { STREAM } from './random.js';
import { json, type Reply } from './reply.js';
import type { World } from './world.js';

/** InsightConnect's own shape of an error. */
export function iconRefusal(world: World, status: number, message: string): Reply {
  return json({ error: { message, requestId: requestId(world) } }, status);
}

/** The error that its framework (Goa) makes of a job that is not there. */
export function goaNotFound(world: World): Reply {
  const error = {
    name: 'not_found',
    id: requestId(world).slice(0, 8),
    message: 'job not found',
    temporary: false,
    timeout: false,
    fault: false,
  };
  return { ...json(error, 404), type: 'application/vnd.goa.error' };
}

/** What the vendor's support asks for. */
export function requestId({ random, counts }: World): string {
  return random.uuid(STREAM.detail + 200, counts.requests);
}
