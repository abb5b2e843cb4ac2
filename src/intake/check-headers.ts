import { Problem } from '../model/problem.js';
import type { Source } from '../model/source.js';

/** What is known of a request before its body is read. */
export interface RequestHead {
  readonly headers: Readonly<Record<string, string>>;
  readonly repeatedHeaders: ReadonlySet<string>;
}

/** JSON is UTF-8 (RFC 8259); ASCII is a part of it. */
const CHARSETS = new Set(['utf-8', 'utf8', 'us-ascii']);
/** Real types have one or two. */
const MAX_PARAMETERS = 10;

/**
 * Size, type, charset and encoding, by the headers alone: what is refused here is refused before a byte of the body
 * is read. Throws `Problem`.
 */
export function checkHeaders(source: Source, head: RequestHead): void {
  const length = Number(head.headers['content-length'] ?? 0);
  if (length > source.maxBody) throw tooLarge(source.maxBody);
  const encoding = head.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw unsupported('Send the body as it is or with Content-Encoding: gzip.');
  }
  const type = head.headers['content-type'];
  if (type === undefined && source.bodyOptional === true && !announcesBody(head)) return;
  if (type === undefined || head.repeatedHeaders.has('content-type')) {
    throw unsupported(`Send exactly one Content-Type header: ${source.contentTypes.join(' or ')}.`);
  }
  const { media, charsets } = readContentType(type);
  if (!source.contentTypes.some((allowed) => matches(allowed, media))) {
    throw unsupported(`This source takes ${source.contentTypes.join(' or ')}.`);
  }
  if (!charsets.every((charset) => CHARSETS.has(charset))) throw unsupported('Send the body as UTF-8.');
}

/** RFC 9112 section 6: a request has a body where one of these headers says so. */
function announcesBody({ headers }: RequestHead): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

export function tooLarge(maxBody: number): Problem {
  return new Problem(
    'body_too_large',
    413,
    `The body is larger than the ${maxBody} bytes this source takes.`,
  );
}

function unsupported(sentence: string): Problem {
  return new Problem('unsupported_media_type', 415, sentence);
}

/** Media type without parameters, and every charset that is named; all lower-case. */
function readContentType(header: string): { media: string; charsets: readonly string[] } {
  const [media = '', ...parameters] = header.toLowerCase().split(';', MAX_PARAMETERS);
  const charsets = parameters.flatMap((parameter) => {
    // No expression here: this runs for strangers too, and one with two runs of spaces takes the square of them
    const equals = parameter.indexOf('=');
    if (equals < 0 || parameter.slice(0, equals).trim() !== 'charset') return [];
    return [unquoted(parameter.slice(equals + 1).trim())];
  });
  return { media: media.trim(), charsets };
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** `application/*+json` stands for every type with that suffix. */
function matches(allowed: string, media: string): boolean {
  const star = allowed.indexOf('*');
  if (star < 0) return allowed === media;
  return media.startsWith(allowed.slice(0, star)) && media.endsWith(allowed.slice(star + 1));
}
