import { X509Certificate, type KeyObject } from 'node:crypto';
import type { Refused } from '../../model/source.js';
import type { AuthDeps } from './auth-deps.js';
import { createBudget } from './budget.js';
import { refused } from './refused.js';

/**
 * Where SNS keeps its certificates. AWS's own validator takes any three characters for the region, and with them
 * `sns.s3-us-west-2.amazonaws.com`, which is a bucket somebody else could own; a region begins with two letters.
 */
const HOST = /^sns\.[a-z]{2}(?:-[a-z]+)+-\d{1,2}\.amazonaws\.com(?:\.cn)?$/;
const PATH = /^\/[A-Za-z0-9_-]{1,128}\.pem$/;
const MAX_BYTES = 65_536;
const TIMEOUT_MS = 3_000;
/** Two are in use at a rotation, for each region. */
const MAX_KEPT = 16;
const KEEP_MS = 86_400_000;

export type FindSnsKey = (url: string) => Promise<KeyObject | Refused>;

interface Kept {
  readonly certificate: X509Certificate;
  readonly at: number;
}

/** The public key of the certificate at a URL that an unverified message names; fetched once a day, one at a time. */
export function createSnsCertificates(deps: Pick<AuthDeps, 'now' | 'fetchText'>): FindSnsKey {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<X509Certificate | Refused>>();
  // The name of the file is the sender's to choose, so made-up ones must not become a stream of requests
  const affordable = createBudget(20, 60_000, deps.now);

  const load = async (url: string): Promise<X509Certificate | Refused> => {
    if (!affordable()) return refused('key_source_down', 'too many signing certificates were asked for');
    try {
      const pem = await deps.fetchText(url, { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS });
      const certificate = new X509Certificate(pem);
      if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value ?? '');
      kept.set(url, { certificate, at: deps.now() });
      return certificate;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'no answer';
      return refused('key_source_down', `the signing certificate cannot be had: ${reason}`);
    } finally {
      underWay.delete(url);
    }
  };

  return async (text) => {
    const url = trustedUrl(text);
    if (url === undefined)
      return refused('untrusted_certificate', 'the SigningCertURL is not one of AWS SNS');
    const known = kept.get(url);
    if (known !== undefined && deps.now() - known.at < KEEP_MS) return keyOf(known.certificate, deps.now());
    const loading = underWay.get(url) ?? load(url);
    underWay.set(url, loading);
    const certificate = await loading;
    return certificate instanceof X509Certificate ? keyOf(certificate, deps.now()) : certificate;
  };
}

function trustedUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, pathname, username, password, search, hash } = new URL(text);
  const plain = `${port}${username}${password}${search}${hash}` === '';
  return protocol === 'https:' && plain && HOST.test(hostname) && PATH.test(pathname)
    ? `https://${hostname}${pathname}`
    : undefined;
}

function keyOf(certificate: X509Certificate, now: number): KeyObject | Refused {
  const valid = now >= Date.parse(certificate.validFrom) && now <= Date.parse(certificate.validTo);
  if (!valid) {
    return refused('untrusted_certificate', 'the signing certificate is not valid at this time');
  }
  const { publicKey } = certificate;
  return publicKey.asymmetricKeyType === 'rsa'
    ? publicKey
    : refused('untrusted_certificate', 'the signing certificate has no RSA key');
}
