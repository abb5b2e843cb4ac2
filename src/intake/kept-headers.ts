import type { RawRequest } from '../model/request.js';
import type { Source } from '../model/source.js';

const ALWAYS = ['content-type', 'user-agent'];
/** Names that are never kept, whatever a configuration says. */
const NEVER = /authorization|cookie|signature|secret|token|api[-_]?key|passw|credential|assertion/;
const MAX_VALUE = 512;

/** The headers that stay with an event: an allow-list, because a deny-list forgets. */
export function keptHeaders(source: Source, request: RawRequest): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of ALWAYS) keep(kept, request, name);
  for (const written of source.keepHeaders) {
    const name = written.toLowerCase();
    if (!NEVER.test(name)) keep(kept, request, name);
  }
  return kept;
}

function keep(kept: Record<string, string>, request: RawRequest, name: string): void {
  const value = request.headers[name];
  if (value !== undefined) kept[name] = value.length > MAX_VALUE ? value.slice(0, MAX_VALUE) : value;
}

/** Version 00, and neither id all zeros: those are invalid by the standard (w3.org/TR/trace-context, §3.2.2). */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** W3C trace context. Anything else is dropped: a bad one starts a new trace. */
export function traceparentOf(request: RawRequest): string | undefined {
  const value = request.headers['traceparent'];
  return value !== undefined && TRACEPARENT.test(value) ? value : undefined;
}
