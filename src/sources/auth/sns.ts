import { verify } from 'node:crypto';
import type { SnsSettings } from '../../model/auth-settings.js';
import type { Authenticator } from '../../model/source.js';
import type { AuthDeps } from './auth-deps.js';
import { isRefused, refused } from './refused.js';
import { createSnsCertificates } from './sns-certificates.js';
import { readSnsMessage } from './sns-message.js';
import { judgeAge, parseTimestamp } from './timestamp.js';

/**
 * SNS retries an HTTP endpoint for 3,600 s in all (docs.aws.amazon.com/sns, "Message delivery retries"), and a
 * delivery key is remembered for a day by default: what is older could be a replay.
 */
const OLDEST_MS = 86_400_000;
const AHEAD_MS = 900_000;

/** AWS SNS, signature versions 1 and 2: signed by the certificate the body names, for a topic on the list. */
export function createSnsAuthenticator(
  settings: SnsSettings,
  deps: Pick<AuthDeps, 'now' | 'fetchText'>,
): Authenticator {
  const findKey = createSnsCertificates(deps);
  return async (request) => {
    const message = readSnsMessage(request.body);
    if (isRefused(message)) return message;
    // Before anything is fetched: a stranger's topic costs us nothing
    const index = settings.topics.indexOf(message.topic);
    if (index < 0) return refused('not_configured', 'the topic is not one of this source');
    const key = await findKey(message.certificateUrl);
    if (isRefused(key)) return key;
    if (!verify(message.algorithm, Buffer.from(message.signed, 'utf8'), key, message.signature)) {
      return refused('wrong_secret', "the signature is not by the certificate's key");
    }
    const at = parseTimestamp(message.timestamp, 'rfc3339');
    if (at === undefined) return refused('malformed', 'the Timestamp is not RFC 3339');
    return judgeAge(at, deps.now(), AHEAD_MS, OLDEST_MS) ?? { ok: true, secretIndex: index };
  };
}
