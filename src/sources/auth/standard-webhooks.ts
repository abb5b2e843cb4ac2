import { verify, type KeyObject } from 'node:crypto';
import type { StandardWebhooksSettings } from '../../model/auth-settings.js';
import type { Authenticator, Refused } from '../../model/source.js';
import type { AuthDeps } from './auth-deps.js';
import { firstMatch } from './constant-time.js';
import { decodeSignature } from './decode-bytes.js';
import { createDiagnosis } from './diagnose-mismatch.js';
import { headerValue } from './header-value.js';
import { computeMac, createMacKeys } from './mac-keys.js';
import { noEntry, readEntries, type Entry } from './read-signatures.js';
import { firstRefusal, isRefused, refused } from './refused.js';
import { readStandardWebhooksKeys, type IndexedKey } from './standard-webhooks-keys.js';
import { judgeAge, parseTimestamp } from './timestamp.js';

const SCHEME = { algorithm: 'sha256', encoding: 'base64', secretEncoding: 'whsec' } as const;
const NO_SIGNATURE = Buffer.alloc(64);
/** Each costs a pass over the body for each key, and a rotation takes two. */
const MAX_PUBLIC = 4;

/** Standard Webhooks 1.0.0 and its elder, Svix: `v1` and `v1a` over `{id}.{timestamp}.{body}`, any match wins. */
export function createStandardWebhooksAuthenticator(
  settings: StandardWebhooksSettings,
  deps: Pick<AuthDeps, 'now'>,
): Authenticator {
  const { shared, verifying } = readStandardWebhooksKeys(settings.secrets);
  const { keys } = createMacKeys(
    shared.map(({ secret }) => secret),
    'whsec',
  );
  const diagnose = createDiagnosis({ ...SCHEME, secrets: shared.map(({ secret }) => secret) }, deps.now);
  const header = `${settings.headerPrefix}-signature`;
  const versions = [...(shared.length > 0 ? ['v1'] : []), ...(verifying.length > 0 ? ['v1a'] : [])];

  return (request) => {
    const id = withoutDot(headerValue(request, `${settings.headerPrefix}-id`));
    const timestamp = seconds(headerValue(request, `${settings.headerPrefix}-timestamp`));
    const entries = readEntries(request, header, ' ', ',');
    const texts = textsOf(entries, 'v1');
    const signed = `${isRefused(id) ? '' : id}.${isRefused(timestamp) ? '' : timestamp}.`;
    const sign = (key: KeyObject, body: Buffer): Buffer => computeMac('sha256', key, [signed, body]);
    const macs = keys.map((key) => sign(key, request.body));
    const bySecret = firstMatch(macs, texts.map(decode));
    const byKey =
      verifying.length === 0
        ? undefined
        : firstVerified(
            verifying,
            Buffer.concat([Buffer.from(signed), request.body]),
            textsOf(entries, 'v1a').slice(0, MAX_PUBLIC),
          );

    const refusal = firstRefusal(entries, id, timestamp);
    if (refusal !== undefined) return refusal;
    if (isRefused(entries)) return entries;
    if (textsOf(entries, 'v1a').length > MAX_PUBLIC) {
      return refused('malformed', `the ${header} header lists more than ${MAX_PUBLIC} v1a entries`);
    }
    if (versions.length === 0) return refused('not_configured', 'this source has no usable secret');
    const index = lowest(bySecret === undefined ? undefined : shared[bySecret]?.index, byKey);
    if (index !== undefined) {
      return judgeStamp(timestamp, deps.now(), settings.tolerance) ?? { ok: true, secretIndex: index };
    }
    const counting = entries.filter(({ key }) => versions.includes(key));
    if (counting.length === 0) return noEntry(header, entries, versions.join(' or '));
    return shared.length > 0 && texts.length > 0
      ? diagnose({ texts, macs, keys, body: request.body, sign })
      : refused('wrong_secret', 'no live whpk_ key verifies the signature');
  };
}

function textsOf(entries: readonly Entry[] | Refused, version: string): string[] {
  return isRefused(entries) ? [] : entries.filter(({ key }) => key === version).map(({ value }) => value);
}

function decode(text: string): Buffer {
  return decodeSignature(text, 'base64') ?? Buffer.alloc(0);
}

/** Every key is tried with every signature, and with an empty one where there is none. */
function firstVerified(
  keys: readonly IndexedKey[],
  message: Buffer,
  texts: readonly string[],
): number | undefined {
  const signatures = texts.length === 0 ? [NO_SIGNATURE] : texts.map(decode);
  const matching = keys.filter(
    ({ key }) => signatures.filter((signature) => verify(null, message, key, signature)).length > 0,
  );
  return matching[0]?.index;
}

function lowest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** A dot in it would let the line between id and timestamp move (specification, "Signature scheme"). */
function withoutDot(id: string | Refused): string | Refused {
  return isRefused(id) || !id.includes('.') ? id : refused('malformed', 'the id holds a dot');
}

function seconds(text: string | Refused): string | Refused {
  if (isRefused(text) || parseTimestamp(text, 'unix-s') !== undefined) return text;
  return refused('malformed', 'the timestamp is not whole seconds since 1970');
}

function judgeStamp(text: string | Refused, now: number, tolerance: number): Refused | undefined {
  if (isRefused(text)) return text;
  return judgeAge(parseTimestamp(text, 'unix-s') ?? 0, now, tolerance);
}
