import { createHash } from 'node:crypto';
import { BoundedList } from './bounded-list.js';
import { hashedHeaders } from './hashed-headers.js';

/** One request, whatever became of it. */
export interface LedgerEntry {
  /** 1, 2, 3 … in the order in which the requests were complete. */
  readonly seq: number;
  /** Unix milliseconds by the real clock. */
  readonly at: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where it was not read; a login's is hidden. */
  readonly body: string;
  /** Of the body's bytes, hex. */
  readonly sha256: string;
  readonly fault: string | undefined;
  /** Jobs that came of it, also when the caller never heard of them. */
  jobIds: readonly string[];
  /** An event was accepted. */
  accepted: boolean;
  /** The status that was sent. */
  status: number | 'none';
}

const HIDDEN = '[hidden]';
/** What an entry weighs besides its body, roughly. */
const ENTRY_BYTES = 1_500;

/** What came in, up to a number of entries and of bytes; the oldest are forgotten, the counts are not. */
export class Ledger {
  readonly #entries = new BoundedList<LedgerEntry>();
  #seq = 0;
  #bytes = 0;

  constructor(private readonly limits: { readonly entries: number; readonly bytes: number }) {}

  /** Everything the caller needs to fill in later is mutable. */
  record(
    request: { method: string; path: string; rawHeaders: readonly string[]; body: string },
    at: number,
    fault: string | undefined,
  ): LedgerEntry {
    const login = request.path === '/v2/sessions';
    const entry: LedgerEntry = {
      seq: ++this.#seq,
      at,
      method: request.method,
      path: request.path,
      headers: hashedHeaders(request.rawHeaders),
      body: login ? HIDDEN : request.body,
      sha256: login ? '' : createHash('sha256').update(request.body).digest('hex'),
      fault,
      jobIds: [],
      accepted: false,
      status: 'none',
    };
    this.#entries.push(entry);
    this.#bytes += ENTRY_BYTES + entry.body.length;
    while (this.#entries.size > this.limits.entries || this.#bytes > this.limits.bytes) {
      const oldest = this.#entries.shift();
      if (oldest === undefined) break;
      this.#bytes -= ENTRY_BYTES + oldest.body.length;
    }
    return entry;
  }

  /** The number of the newest entry. */
  get last(): number {
    return this.#seq;
  }

  /** How many were forgotten. */
  get dropped(): number {
    return this.#seq - this.#entries.size;
  }

  /** Entries after number `since`, oldest first. */
  page(since: number, limit: number): LedgerEntry[] {
    const from = Math.max(0, since - this.dropped);
    const found: LedgerEntry[] = [];
    for (let i = from; i < this.#entries.size && found.length < limit; i += 1) {
      const entry = this.#entries.at(i);
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  clear(): void {
    this.#entries.clear();
    this.#seq = 0;
    this.#bytes = 0;
  }
}
