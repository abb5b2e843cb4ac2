import type { RawRequest } from '../../model/request.js';
import type { MtlsSettings } from '../../model/auth-settings.js';
import type { Authenticator, Refused } from '../../model/source.js';
import type { AuthDeps } from './auth-deps.js';
import { headerValue } from './header-value.js';
import { isRefused, refused } from './refused.js';

/** Who a certificate belongs to; either part may be unknown. */
interface Subject {
  readonly commonName: string | undefined;
  readonly fingerprint: string | undefined;
}

/** A client certificate that the listener checked, or that a trusted proxy says it checked. */
export function createMtlsAuthenticator(
  settings: MtlsSettings,
  deps: Pick<AuthDeps, 'trustedProxyAddress'>,
): Authenticator {
  const allowed = settings.allowed.map((entry) => ({
    name: entry.trim(),
    fingerprint: asFingerprint(entry),
  }));
  return (request) => {
    const subject = readSubject(request, settings.header, deps);
    if (isRefused(subject)) return subject;
    // An entry that is a fingerprint is never compared with a name: anybody's CA could be asked for such a name
    const index = allowed.findIndex(({ name, fingerprint }) =>
      fingerprint === undefined
        ? name !== '' && name === subject.commonName
        : fingerprint === subject.fingerprint,
    );
    return index >= 0
      ? { ok: true, secretIndex: index }
      : refused('untrusted_certificate', 'the client certificate is not one of those allowed');
  };
}

function readSubject(
  request: RawRequest,
  header: string | undefined,
  deps: Pick<AuthDeps, 'trustedProxyAddress'>,
): Subject | Refused {
  if (request.clientCertificate !== undefined) return request.clientCertificate;
  if (header === undefined) return refused('missing', 'no client certificate was shown');
  if (!deps.trustedProxyAddress(request.peerAddress ?? request.remoteAddress)) {
    return refused('missing', 'no client certificate was shown, and the request is not from a trusted proxy');
  }
  const value = headerValue(request, header);
  if (isRefused(value)) return value;
  const fingerprint = asFingerprint(value);
  return fingerprint === undefined
    ? { commonName: commonNameOf(value), fingerprint }
    : { commonName: undefined, fingerprint };
}

/** SHA-256 as lower-case hex, or `undefined` where the text is something else. */
function asFingerprint(text: string): string | undefined {
  const hex = text
    .replace(/^\s*sha-?256[:=]/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : undefined;
}

/**
 * The common name in a distinguished name (RFC 4514, as nginx and Envoy write it), or the text itself where it is
 * none. With two of them it is nobody's: which one the authority looked at cannot be known.
 */
function commonNameOf(text: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9.-]*=/.test(text)) return text;
  const names = text
    .split(/(?<!\\)[,+]/)
    .map((part) => /^\s*CN\s*=\s*(.*)$/i.exec(part)?.[1]?.replaceAll(/\\([^0-9a-fA-F])/g, '$1'))
    .filter((name) => name !== undefined);
  return names.length === 1 ? names[0] : undefined;
}
