import { Problem } from '../model/problem.js';
import type { RawRequest } from '../model/request.js';

/** Attribute names of the specification: lower-case letters and digits. */
const ATTRIBUTE = /^ce-([a-z0-9]{1,40})$/;
const MAX_ATTRIBUTES = 100;

/**
 * The structured form of a CloudEvents request (CloudEvents HTTP binding 1.0, section 3). Structured and batched
 * bodies stay as they are; for binary mode (`ce-*` headers) the attributes are put around the data, which keeps
 * its exact text.
 */
export function cloudEventText(request: RawRequest, text: string): string {
  const type = request.headers['content-type']?.toLowerCase() ?? '';
  if (type.startsWith('application/cloudevents')) return text;
  if (request.headers['ce-specversion'] === undefined) return text;
  const members: string[] = [];
  for (const [name, value] of Object.entries(request.headers)) {
    const attribute = ATTRIBUTE.exec(name)?.[1];
    if (attribute === undefined || attribute === 'data' || attribute === 'datacontenttype') continue;
    members.push(`${JSON.stringify(attribute)}:${JSON.stringify(decodeValue(value))}`);
  }
  if (members.length > MAX_ATTRIBUTES) {
    throw new Problem('bad_request', 400, `The event has more than ${MAX_ATTRIBUTES} attributes.`);
  }
  if (type !== '') members.push(`"datacontenttype":${JSON.stringify(type)}`);
  // Without a body there is no data (section 3.1.4); an empty text would be one
  if (text !== '') members.push(`"data":${isJson(type) ? text : JSON.stringify(text)}`);
  return `{${members.join(',')}}`;
}

function isJson(type: string): boolean {
  return /^[a-z]+\/(?:json|[a-z0-9.+-]+\+json)\s*(?:;|$)/.test(type);
}

/** Header values are percent-encoded (section 3.1.3.2); one that is not is taken as it stands. */
function decodeValue(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
