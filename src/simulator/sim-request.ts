import type { IncomingHttpHeaders } from 'node:http';
import type { Fault } from './fault.js';
import type { LedgerEntry } from './ledger.js';

/** A whole request. */
export interface SimRequest {
  readonly method: string;
  /** Of the path without its query, decoded; `/v2/jobs/x` is `['v2', 'jobs', 'x']`. */
  readonly segments: readonly string[];
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request to Komand, with the fault it meets and its line in the ledger. */
export interface KomandRequest extends SimRequest {
  readonly fault: Fault | undefined;
  readonly entry: LedgerEntry;
}

/** The parts of a path between its slashes, decoded; one slash at the end does not count. */
export function pathSegments(path: string): readonly string[] {
  const parts = path.split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  return path.includes('%') ? parts.map(decoded) : parts;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
