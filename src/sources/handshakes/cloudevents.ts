import { Problem } from '../../model/problem.js';
import type { RawRequest } from '../../model/request.js';
import type { HandshakeAnswer } from '../../model/source.js';
import { answered } from './answers.js';
import type { HandshakeDeps } from './handshake-deps.js';

/**
 * Consent to deliveries (CloudEvents web hooks 1.0, section 4): `OPTIONS` with the sender's origin. Given only to
 * who knows the secret, which stands in the address or in `Authorization`. Throws `Problem` 401.
 */
export async function cloudEventsPreflight(
  request: RawRequest,
  deps: HandshakeDeps,
): Promise<HandshakeAnswer | undefined> {
  const origin = request.headers['webhook-request-origin'];
  if (request.method !== 'OPTIONS' || origin === undefined) return undefined;
  const admission = await deps.authenticate(request);
  if (!admission.ok) throw new Problem('unauthorized', 401, 'The request is not authenticated.');
  return answered(undefined, {
    allow: 'POST',
    'webhook-allowed-origin': origin,
    // The bridge slows senders down with 429 where it has to; it grants what is asked
    'webhook-allowed-rate': request.headers['webhook-request-rate'] ?? '*',
  });
}
