import type { ConnectionOptions } from 'node:tls';
import type { TlsSettings } from '../../model/settings.js';

/** How a target's certificate is judged. */
export interface Trust {
  readonly options: Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'>;
  /** SHA-256 of the only certificate that is accepted, lower-case hex without colons. */
  readonly fingerprint: string | undefined;
}

/** Lower-case hex without colons. Throws a `RangeError` when it is not a SHA-256 fingerprint. */
export function normaliseFingerprint(text: string): string {
  const hex = text.replaceAll(/[:\s]/g, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex))
    throw new RangeError('tls.fingerprint must be the SHA-256 of the certificate: 64 hex digits');
  return hex;
}

/**
 * What the settings mean for TLS. A fingerprint names the one certificate itself, so without a `ca_file` the chain,
 * host name and expiry say nothing more and are not asked. Throws what `readFile` throws, and `RangeError`.
 */
export function buildTrust(settings: TlsSettings, readFile: (path: string) => string): Trust {
  const fingerprint =
    settings.fingerprint === undefined ? undefined : normaliseFingerprint(settings.fingerprint);
  const pinnedOnly = fingerprint !== undefined && settings.caFile === undefined;
  return {
    options: {
      rejectUnauthorized: !settings.insecureSkipVerify && !pinnedOnly,
      ...(settings.caFile === undefined ? {} : { ca: readFile(settings.caFile) }),
    },
    fingerprint,
  };
}
