import { Problem } from '../model/problem.js';
import type { RawRequest } from '../model/request.js';
import type { Source } from '../model/source.js';
import { cloudEventText } from './cloudevents-body.js';
import type { ExtractSettings } from './preset.js';

const MAX_FIELDS = 1_000;
const FORM = 'application/x-www-form-urlencoded';

/** Turns the authenticated bytes into JSON text. The result throws `Problem` 400 where a form has no JSON to give. */
export function compileExtract(settings: ExtractSettings): Source['extract'] {
  if (settings.as === 'json') return bodyText;
  if (settings.as === 'cloudevents') return (request) => cloudEventText(request, bodyText(request));
  const { field, otherwise } = settings;
  return (request) => {
    if (!isForm(request)) return bodyText(request);
    const fields = readFields(request);
    const payload = field === undefined ? undefined : fields.get(field)?.[0];
    if (payload !== undefined) return payload;
    if (otherwise === 'fields') return fieldsText(fields);
    throw new Problem(
      'invalid_json',
      400,
      `The form has no field named ${field ?? 'payload'} that holds JSON.`,
    );
  };
}

/** A byte order mark is no part of the JSON (RFC 8259 lets a reader ignore it). */
function bodyText(request: RawRequest): string {
  const text = request.body.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Content types that `extract` needs besides those of the preset. */
export function extractContentTypes(settings: ExtractSettings): readonly string[] {
  return settings.as === 'form' ? [FORM] : [];
}

function isForm(request: RawRequest): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith(FORM) === true;
}

function readFields(request: RawRequest): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(request.body.toString('utf8'))) {
    count += 1;
    if (count > MAX_FIELDS) {
      throw new Problem('bad_request', 400, `The form has more than ${MAX_FIELDS} fields.`);
    }
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return fields;
}

/** An object of the fields, flat: names with brackets stay names. A repeated field is a list. */
function fieldsText(fields: ReadonlyMap<string, readonly string[]>): string {
  const members = [...fields].map(([name, values]) => {
    const value = values.length === 1 ? values[0] : values;
    return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  });
  return `{${members.join(',')}}`;
}
