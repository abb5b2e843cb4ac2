import type { RawRequest } from '../../model/request.js';
import type { Refused } from '../../model/source.js';
import { refused } from './refused.js';

/** The longest signature or token that is looked at, in characters. */
export const MAX_VALUE = 4_096;

/**
 * The value of a header that must be there exactly once, without the spaces around it. `name` is lower-case.
 * A repeated one is refused: whichever of the two were taken, the other could be an attacker's.
 */
export function headerValue(request: RawRequest, name: string, maxLength = MAX_VALUE): string | Refused {
  const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
  if (value === undefined) return refused('missing', `there is no ${name} header`);
  if (request.repeatedHeaders.has(name))
    return refused('malformed', `the ${name} header came more than once`);
  if (value.length > maxLength) {
    return refused('malformed', `the ${name} header is longer than ${maxLength} characters`);
  }
  // Only what HTTP itself calls white space: others are part of the value
  const text = value.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
  return text === '' ? refused('missing', `the ${name} header is empty`) : text;
}
