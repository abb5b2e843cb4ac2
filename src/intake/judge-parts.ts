import type { Observe } from '../model/observation.js';
import type { BodyPart } from '../model/source.js';
import { judgePart, type BadPart, type GoodPart } from './judge-part.js';
import type { Verified } from './verified.js';

/** Parts judged in one go: at some 50 µs each, other requests wait for a few milliseconds at most. */
const AT_ONCE = 50;

/** Judges the parts of a request, in order. A long batch lets others in between. */
export async function judgeParts(
  verified: Verified,
  parts: readonly BodyPart[],
  headers: Readonly<Record<string, string>>,
  observe: Observe,
): Promise<{ readonly good: readonly GoodPart[]; readonly bad: readonly BadPart[] }> {
  const good: GoodPart[] = [];
  const bad: BadPart[] = [];
  for (let from = 0; from < parts.length; from += AT_ONCE) {
    if (from > 0) await new Promise((resolve) => setImmediate(resolve));
    const slice = parts.slice(from, from + AT_ONCE);
    const judged = await Promise.all(
      slice.map((part, i) => judgePart(verified, part, from + i, headers, observe)),
    );
    for (const part of judged) {
      if (part.ok) good.push(part);
      else bad.push(part);
    }
  }
  return { good, bad };
}
