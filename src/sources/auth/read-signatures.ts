import type { RawRequest } from '../../model/request.js';
import type { HmacSettings } from '../../model/auth-settings.js';
import type { Refused } from '../../model/source.js';
import { headerValue } from './header-value.js';
import { isRefused, refused } from './refused.js';

/** More entries than any rotation needs, few enough to try them all. */
const MAX_ENTRIES = 20;

/** What a signature header says. */
export interface Signatures {
  /** As written, prefix taken off; at least one. */
  readonly texts: readonly string[];
  /** All `key=value` entries of a list, for a timestamp that stands among them. */
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly value: string;
}

type Shape = Pick<HmacSettings, 'header' | 'format' | 'prefix'>;

/** Reads the signatures off their header in the sender's format, or says why there are none to compare. */
export function readSignatures(request: RawRequest, shape: Shape): Signatures | Refused {
  if (shape.format === 'list') return readList(request, shape, ',', '=');
  if (shape.format === 'space-list') return readList(request, shape, ' ', ',');
  const value = headerValue(request, shape.header);
  if (isRefused(value)) return value;
  return shape.format === 'bare'
    ? { texts: [value], entries: [] }
    : readPrefixed(value, shape.header, shape.prefix ?? '');
}

function readPrefixed(value: string, header: string, prefix: string): Signatures | Refused {
  if (value.startsWith(prefix) && value.length > prefix.length) {
    return { texts: [value.slice(prefix.length)], entries: [] };
  }
  const other = /^([a-z][a-z0-9-]{0,15})[=,].+/i.exec(value)?.[1];
  return other === undefined || prefix.startsWith(other)
    ? refused('malformed', `the ${header} header does not begin with ${prefix} and a signature`)
    : refused('wrong_algorithm', `the ${header} header says ${other}, ${prefix} is expected`);
}

function readList(request: RawRequest, shape: Shape, between: string, within: string): Signatures | Refused {
  const { header, prefix = 'v1' } = shape;
  const entries = readEntries(request, header, between, within);
  if (isRefused(entries)) return entries;
  const texts = entries.filter(({ key }) => key === prefix).map((entry) => entry.value);
  return texts.length > 0 ? { texts, entries } : noEntry(header, entries, prefix);
}

/** The `key=value` entries of a header that is a list; what is no entry is passed over. */
export function readEntries(
  request: RawRequest,
  header: string,
  between: string,
  within: string,
): readonly Entry[] | Refused {
  const value = headerValue(request, header);
  if (isRefused(value)) return value;
  const parts = value.split(between, MAX_ENTRIES + 1);
  if (parts.length > MAX_ENTRIES) {
    return refused('malformed', `the ${header} header lists more than ${MAX_ENTRIES} entries`);
  }
  return parts.flatMap((part): Entry[] => {
    const text = part.trim();
    const at = text.indexOf(within);
    return at > 0 && at < text.length - 1 ? [{ key: text.slice(0, at), value: text.slice(at + 1) }] : [];
  });
}

/** None of the entries is of the version that counts. */
export function noEntry(header: string, entries: readonly Entry[], wanted: string): Refused {
  const other = entries.find(({ key }) => /^(?:v\d{1,3}[a-z]?|sha\d{1,3})$/i.test(key));
  return other === undefined
    ? refused('malformed', `the ${header} header has no ${wanted} entry`)
    : refused('wrong_algorithm', `the ${header} header has ${other.key} entries, ${wanted} is expected`);
}
