import { isJsonObject, type Json } from '../../model/json.js';
import type { HandshakeAnswer } from '../../model/source.js';
import { answered } from './answers.js';

/** `url_verification` of the Events API: the challenge comes back as it is. */
export function slackHandshake(body: Json): HandshakeAnswer | undefined {
  if (!isJsonObject(body) || body['type'] !== 'url_verification') return undefined;
  const { challenge } = body;
  return typeof challenge === 'string' ? answered({ challenge }) : undefined;
}
