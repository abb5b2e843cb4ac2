import type { RawRequest } from '../../model/request.js';
import type { HmacSettings } from '../../model/auth-settings.js';
import type { Authenticator, Refused } from '../../model/source.js';
import type { AuthDeps } from './auth-deps.js';
import { fieldAt, readJson } from './body-field.js';
import { firstMatch } from './constant-time.js';
import { decodeSignature } from './decode-bytes.js';
import { createDiagnosis } from './diagnose-mismatch.js';
import { headerValue } from './header-value.js';
import { computeMac, createMacKeys } from './mac-keys.js';
import { readSignatures, type Signatures } from './read-signatures.js';
import { firstRefusal, isRefused, refused } from './refused.js';
import { compileTemplate, type SignedTemplate } from './signed-template.js';
import { judgeAge, parseTimestamp } from './timestamp.js';

type Stamp = NonNullable<HmacSettings['timestamp']>;

/** A keyed hash over the raw body and, where the sender signs them too, a timestamp and an id. */
export function createHmacAuthenticator(settings: HmacSettings, deps: Pick<AuthDeps, 'now'>): Authenticator {
  const { keys, usable } = createMacKeys(settings.secrets, settings.secretEncoding);
  const template = compileTemplate(settings.signed);
  const { algorithm, encoding } = settings;
  const stamp = settings.timestamp;
  const diagnose = createDiagnosis(settings, deps.now);

  return (request) => {
    const signatures = readSignatures(request, settings);
    const timestamp = readTimestamp(request, signatures, stamp);
    const id = readId(request, settings.idHeader, template);
    // The work is done in any case: its time must not tell what was missing
    const texts = isRefused(signatures) ? [''] : signatures.texts;
    const message = (body: Buffer): ReturnType<SignedTemplate['message']> =>
      template.message(body, isRefused(timestamp) ? '' : timestamp, isRefused(id) ? '' : id);
    const macs = keys.map((key) => computeMac(algorithm, key, message(request.body)));
    const index = firstMatch(
      macs,
      texts.map((text) => decodeSignature(text, encoding) ?? Buffer.alloc(0)),
    );

    const refusal = firstRefusal(signatures, timestamp, id);
    if (refusal !== undefined) return refusal;
    if (!usable) return refused('not_configured', 'this source has no usable secret');
    if (index === undefined) {
      const sign = (key: (typeof keys)[number], body: Buffer): Buffer =>
        computeMac(algorithm, key, message(body));
      return diagnose({ texts, macs, keys, body: request.body, sign });
    }
    const late = stamp === undefined ? undefined : judgeStamp(request, stamp, timestamp, deps.now());
    return late ?? { ok: true, secretIndex: index };
  };
}

/** The text that is signed, or '' where the sender signs none or it stands in the body. */
function readTimestamp(
  request: RawRequest,
  signatures: Signatures | Refused,
  stamp: Stamp | undefined,
): string | Refused {
  if (stamp === undefined || stamp.from === 'body') return '';
  if (stamp.from === 'header') return wellFormed(headerValue(request, stamp.name), stamp);
  if (isRefused(signatures)) return '';
  const found = signatures.entries.filter(({ key }) => key === stamp.name);
  if (found.length > 1) return refused('malformed', `the signature header has ${stamp.name} more than once`);
  return wellFormed(
    found[0]?.value ?? refused('missing', `the signature header has no ${stamp.name} entry`),
    stamp,
  );
}

function wellFormed(text: string | Refused, { format }: Stamp): string | Refused {
  if (isRefused(text) || parseTimestamp(text, format) !== undefined) return text;
  return refused('malformed', `the timestamp is not of the format ${format}`);
}

/** A timestamp in the body is read only now that the body is known to be the sender's. */
function judgeStamp(
  request: RawRequest,
  stamp: Stamp,
  timestamp: string | Refused,
  now: number,
): Refused | undefined {
  const value = stamp.from === 'body' ? fieldAt(readJson(request.body), stamp.name) : timestamp;
  if (value === undefined) return refused('missing', `the body has no timestamp at ${stamp.name}`);
  const at =
    typeof value === 'string' || typeof value === 'number'
      ? parseTimestamp(String(value), stamp.format)
      : undefined;
  if (at === undefined) return refused('malformed', `the timestamp is not of the format ${stamp.format}`);
  return judgeAge(at, now, stamp.tolerance);
}

function readId(
  request: RawRequest,
  header: string | undefined,
  { names, idEnd }: SignedTemplate,
): string | Refused {
  if (!names.has('{id}')) return '';
  const id = headerValue(request, header ?? '');
  if (isRefused(id) || idEnd === undefined || !id.includes(idEnd)) return id;
  return refused('malformed', `the id in ${header ?? ''} holds what separates it from the next part`);
}
