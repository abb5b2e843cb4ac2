import { isJsonObject, type Json } from '../../model/json.js';
import type { HandshakeAnswer } from '../../model/source.js';
import { answered } from './answers.js';

const VALIDATION = 'Microsoft.EventGrid.SubscriptionValidationEvent';

/** Echoes the code of a new subscription (Event Grid schema); for the CloudEvents schema it asks with OPTIONS. */
export function eventGridHandshake(body: Json): HandshakeAnswer | undefined {
  const events: readonly Json[] = Array.isArray(body) ? (body as readonly Json[]) : [body];
  for (const event of events) {
    if (!isJsonObject(event) || event['eventType'] !== VALIDATION || !isJsonObject(event['data'])) continue;
    const code = event['data']['validationCode'];
    if (typeof code === 'string') return answered({ validationResponse: code });
  }
  return undefined;
}
