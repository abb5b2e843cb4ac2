import { Problem } from '../../model/problem.js';
import type { RawRequest } from '../../model/request.js';
import type { HandshakeAnswer } from '../../model/source.js';
import { answered } from './answers.js';
import type { HandshakeDeps } from './handshake-deps.js';

const CHALLENGE = 'x-okta-verification-challenge';

/** Okta's one-time GET when an event hook is verified. It carries the hook's secret too. Throws `Problem` 401. */
export async function oktaPreflight(
  request: RawRequest,
  deps: HandshakeDeps,
): Promise<HandshakeAnswer | undefined> {
  const challenge = request.headers[CHALLENGE];
  if (request.method !== 'GET' || challenge === undefined) return undefined;
  const admission = await deps.authenticate(request);
  if (!admission.ok) throw new Problem('unauthorized', 401, 'The request is not authenticated.');
  return answered({ verification: challenge });
}
