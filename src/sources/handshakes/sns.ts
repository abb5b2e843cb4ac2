import { isJsonObject, type Json } from '../../model/json.js';
import { Problem } from '../../model/problem.js';
import type { HandshakeAnswer } from '../../model/source.js';
import { answered, ignored } from './answers.js';
import type { HandshakeDeps } from './handshake-deps.js';

/** The hosts of SNS, as AWS' own validator has them (npm sns-validator): nothing else is ever fetched. */
const SNS_HOST = /^sns\.[a-zA-Z0-9-]{3,}\.amazonaws\.com(\.cn)?$/;
const FOREIGN_URL =
  "The SubscribeURL is not an address of SNS that confirms this topic, so it was not fetched; look at the topic's messages.";
const TRY_AGAIN: HandshakeAnswer = {
  kind: 'handshake',
  status: 503,
  headers: { 'retry-after': '20' },
  body: undefined,
};

/**
 * Confirms a subscription by fetching its `SubscribeURL`. Runs after the signature and the topic have been checked;
 * the address must be SNS' own all the same. SNS sends the confirmation again after a 503. Throws `Problem` 400 for any
 * other address.
 */
export async function snsHandshake(body: Json, deps: HandshakeDeps): Promise<HandshakeAnswer | undefined> {
  if (!isJsonObject(body)) return undefined;
  if (body['Type'] === 'UnsubscribeConfirmation') return ignored(200);
  if (body['Type'] !== 'SubscriptionConfirmation') return undefined;
  const url = subscribeUrl(body['SubscribeURL'], body['TopicArn']);
  if (url === undefined) throw new Problem('bad_request', 400, FOREIGN_URL);
  try {
    await deps.fetchText(url, { maxBytes: 65_536, timeoutMs: 3_000 });
  } catch {
    return TRY_AGAIN;
  }
  return answered(undefined);
}

/** The address to fetch, where it is one of SNS for this very topic; a signed message cannot aim it elsewhere. */
function subscribeUrl(value: Json | undefined, topic: Json | undefined): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  const plain = url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === '';
  if (!plain || !SNS_HOST.test(url.hostname) || url.searchParams.get('Action') !== 'ConfirmSubscription') {
    return undefined;
  }
  return url.searchParams.get('TopicArn') === topic ? url.href : undefined;
}
