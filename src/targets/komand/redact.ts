/** What is kept of an answer: 2 KiB. */
const EXCERPT_BYTES = 2 * 1024;
/** Looked at beyond the excerpt, so that a secret across its edge is found whole: longer than any token. */
const OVERLAP = 16 * 1024;
const MASK = '[redacted]';

const JWT = /eyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)?/g;
/** Not the words of a sentence such as `basic authentication required`. */
const CREDENTIAL = /\b(bearer|basic)\s+(?=\S*[\d+/=_.-])[\w.~+/=-]{6,}/gi;
/** The name may go on before and behind the word (`access_token`, `X-Api-Key`), for so many characters as a name has. */
const FIELD =
  /("?\b[\w-]{0,40}(?:authorization|cookie|jwt|token|secret|passwo?r?d|api[-_]?key|credential)[\w-]{0,40}"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|(?:(?:bearer|basic|digest|token|apikey|negotiate)\s+)?[^\s,;&}]+)/gi;

/** Without one of these words none of the three above finds anything; looking for them all costs a tenth of that. */
const HINT = /eyJ|bearer|basic|authorization|cookie|jwt|token|secret|passwo?r?d|api[-_]?key|credential/i;

/** A text with the given secrets, and whatever looks like a credential, masked. */
export type Redact = (text: string) => string;

/** Every way one of our secrets may be written in an answer. */
function spellings(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ].filter((spelling) => spelling !== '');
}

/** Builds a redactor for these secrets. It reads at most the first 18 KiB; what is longer is cut there. */
export function createRedact(secrets: readonly string[]): Redact {
  const known = [...new Set(secrets.flatMap(spellings))].toSorted((a, b) => b.length - a.length);
  return (text) => {
    let masked = text.slice(0, EXCERPT_BYTES + OVERLAP);
    for (const secret of known) if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK);
    if (!HINT.test(masked)) return masked;
    return masked.replaceAll(JWT, MASK).replaceAll(FIELD, `$1${MASK}`).replaceAll(CREDENTIAL, `$1 ${MASK}`);
  };
}

/** The first 2 KiB of a redacted text, never half a character. */
export function excerpt(text: string, redact: Redact): string {
  const masked = redact(text);
  if (Buffer.byteLength(masked) <= EXCERPT_BYTES) return masked;
  return Buffer.from(masked)
    .subarray(0, EXCERPT_BYTES)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}
