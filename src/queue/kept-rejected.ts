import type { RejectedRequest } from '../model/arrival.js';
import { isJsonObject } from '../model/json.js';
import { SealedError } from '../model/sealed-error.js';
import type { Seal } from './seal.js';

/** By what lists are made; everything else of a rejected request may be sealed. */
type Named = Pick<RejectedRequest, 'id' | 'source' | 'at' | 'status' | 'code' | 'cause'>;
type Payload = Omit<RejectedRequest, keyof Named>;

/** A rejected request as it is kept, bound to its id. */
export function keptRejected(seal: Seal, rejected: RejectedRequest): string {
  const { id, source, at, status, code, cause, ...payload } = rejected;
  const text = JSON.stringify(payload satisfies Payload);
  const sealed = seal.isDue(text.length) ? seal.seal(text, id) : undefined;
  if (sealed === undefined) return JSON.stringify(rejected);
  return JSON.stringify({ id, source, at, status, code, cause, sealed });
}

/** `undefined` where there is none. What cannot be opened is left out and said in `unreadable`. */
export function openRejected(seal: Seal, text: string | null): RejectedRequest | undefined {
  const value: unknown = text === null ? undefined : JSON.parse(text);
  if (!isJsonObject(value)) return undefined;
  // Written by `keptRejected`
  const { sealed, ...kept } = value as RejectedRequest & typeof value;
  if (typeof sealed !== 'string') return kept;
  try {
    return { ...kept, ...(JSON.parse(seal.open(sealed, kept.id)) as Payload) };
  } catch (error) {
    if (!(error instanceof SealedError)) throw error;
    const nothing = { errors: [], remoteAddress: '', headers: {}, bodyBytes: 0, bodyHash: '' };
    return {
      ...kept,
      ...nothing,
      detail: `This request cannot be read: ${error.message}.`,
      unreadable: error.message,
    };
  }
}
