import type { RawRequest } from '../../model/request.js';
import type { TokenSettings } from '../../model/auth-settings.js';
import type { Refused } from '../../model/source.js';
import { fieldAt, readJson } from './body-field.js';
import { headerValue, MAX_VALUE } from './header-value.js';
import { isRefused, refused } from './refused.js';

type Place = Pick<TokenSettings, 'in' | 'name' | 'scheme'>;

/** The bytes of the token where the sender puts it; never empty. */
export function presentedToken(request: RawRequest, place: Place): Buffer | Refused {
  const token = place.in === 'header' ? fromHeader(request, place) : fromElsewhere(request, place);
  if (isRefused(token)) return token;
  if (token.length > MAX_VALUE) return refused('malformed', `the token is longer than ${MAX_VALUE} bytes`);
  return token.length === 0 ? refused('missing', `the token in the ${place.in} is empty`) : token;
}

/** Node shows a header's bytes as Latin-1; the bytes are what was sent. */
function fromHeader(request: RawRequest, { name, scheme }: Place): Buffer | Refused {
  const value = headerValue(request, name);
  if (isRefused(value) || scheme === undefined)
    return isRefused(value) ? value : Buffer.from(value, 'latin1');
  // RFC 9110 §11.1: the scheme is case-insensitive
  if (value.slice(0, scheme.length + 1).toLowerCase() !== `${scheme.toLowerCase()} `) {
    return refused('malformed', `the ${name} header does not begin with ${scheme} and a token`);
  }
  return Buffer.from(value.slice(scheme.length + 1).replace(/^ +/, ''), 'latin1');
}

function fromElsewhere(request: RawRequest, place: Place): Buffer | Refused {
  const text = place.in === 'path' ? fromPath(request) : fromFields(request, place);
  return isRefused(text) ? text : Buffer.from(text, 'utf8');
}

function fromPath(request: RawRequest): string | Refused {
  return request.pathToken ?? refused('missing', 'there is no token after the source in the path');
}

function fromFields(request: RawRequest, { in: where, name }: Place): string | Refused {
  const form = where === 'query' ? request.query : formFields(request);
  if (form !== undefined) {
    const values = form.getAll(name);
    if (values.length > 1) return refused('malformed', `${name} came more than once in the ${where}`);
    return values[0] ?? refused('missing', `there is no ${name} in the ${where}`);
  }
  const body = readJson(request.body);
  if (body === undefined) return refused('malformed', 'the body that should hold the token is not JSON');
  const value = fieldAt(body, name);
  if (value === undefined) return refused('missing', `there is no ${name} in the body`);
  return typeof value === 'string' ? value : refused('malformed', `${name} in the body is not a string`);
}

function formFields(request: RawRequest): URLSearchParams | undefined {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/x-www-form-urlencoded'
    ? new URLSearchParams(request.body.toString('utf8'))
    : undefined;
}
