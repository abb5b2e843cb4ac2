import { createHash } from 'node:crypto';

const SECRET = new Set(['authorization', 'cookie', 'x-api-key', 'proxy-authorization']);
/** The same few tokens come with every request. */
const known = new Map<string, string>();
const MOST_KNOWN = 1_000;

/** Lower-case names; repeated values joined. What is secret stands as `sha256:` and the first 16 digits of its hash. */
export function hashedHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const value = raw[i + 1] ?? '';
    const shown = SECRET.has(name) ? hashOf(value) : value;
    const before = headers[name];
    headers[name] = before === undefined ? shown : `${before}, ${shown}`;
  }
  return headers;
}

function hashOf(secret: string): string {
  const found = known.get(secret);
  if (found !== undefined) return found;
  const hash = `sha256:${createHash('sha256').update(secret).digest('hex').slice(0, 16)}`;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(secret, hash);
  return hash;
}
