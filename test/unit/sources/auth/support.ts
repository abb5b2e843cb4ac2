import type { RawRequest } from '../../../../src/model/request.js';
import type { AuthSettings, HmacSettings } from '../../../../src/model/auth-settings.js';
import type { Admission } from '../../../../src/model/source.js';
import { createAuthenticator, type AuthDeps } from '../../../../src/sources/auth/create-authenticator.js';
import type { SignedRequest } from '../../../../src/sources/auth/sign-request.js';

export const NOW = Date.parse('2026-03-01T12:00:00Z');
export const BODY = Buffer.from('{"id": "a1", "sev": 3}\n', 'utf8');

export interface RequestParts {
  readonly headers?: Readonly<Record<string, string>>;
  readonly repeated?: readonly string[];
  readonly query?: Readonly<Record<string, string>> | string;
  readonly pathToken?: string;
  readonly body?: Buffer | string;
  readonly remoteAddress?: string;
  readonly clientCertificate?: RawRequest['clientCertificate'];
}

/** A request as the listener makes it: lower-case header names, no prototype. */
export function request(parts: RequestParts = {}): RawRequest {
  const headers = Object.assign(Object.create(null) as Record<string, string>, {
    'content-type': 'application/json',
  });
  for (const [name, value] of Object.entries(parts.headers ?? {})) headers[name.toLowerCase()] = value;
  return {
    id: 'req_TEST',
    method: 'POST',
    headers,
    repeatedHeaders: new Set(parts.repeated),
    query: new URLSearchParams(parts.query),
    pathToken: parts.pathToken,
    body: Buffer.from(parts.body ?? BODY),
    remoteAddress: parts.remoteAddress ?? '192.0.2.7',
    clientCertificate: parts.clientCertificate,
    receivedAt: NOW,
  };
}

/** What signing made, as a request. */
export function received(signed: SignedRequest, headers: Readonly<Record<string, string>> = {}): RawRequest {
  return request({
    headers: { ...headers, ...signed.headers },
    query: signed.query,
    body: signed.body,
    ...(signed.pathToken === undefined ? {} : { pathToken: signed.pathToken }),
  });
}

export function deps(over: Partial<AuthDeps> = {}): AuthDeps {
  return {
    now: () => NOW,
    readFile: (path) => {
      throw new Error(`no such file: ${path}`);
    },
    fetchText: (url) => Promise.reject(new Error(`nothing at ${url}`)),
    trustedProxyAddress: () => false,
    ...over,
  };
}

/** One request against freshly compiled settings. */
export async function judge(
  settings: AuthSettings,
  raw: RawRequest,
  over: Partial<AuthDeps> = {},
): Promise<Admission> {
  return createAuthenticator(settings, deps(over))(raw);
}

/** `admitted 1`, or the cause. */
export async function verdict(
  settings: AuthSettings,
  raw: RawRequest,
  over: Partial<AuthDeps> = {},
): Promise<string> {
  return short(await judge(settings, raw, over));
}

export function short(admission: Admission): string {
  return admission.ok ? `admitted ${admission.secretIndex}` : admission.cause;
}

export function hmac(over: Partial<HmacSettings> = {}): HmacSettings {
  return {
    type: 'hmac',
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'x-signature',
    format: 'bare',
    signed: '{body}',
    secretEncoding: 'text',
    secrets: ['first-secret', 'second-secret'],
    ...over,
  };
}
