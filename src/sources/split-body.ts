import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import { elementTexts, valueText } from '../model/json-elements.js';
import type { BodyPart, Source } from '../model/source.js';
import { pathKeys, valueAt } from './json-path.js';
import type { SplitSettings } from './preset.js';

/** More elements than this are no batch of alerts; the body then counts as one event and its schema decides. */
const MAX_ELEMENTS = 5_000;
const ENVELOPE = '_envelope';

/**
 * Cuts a batch into its elements, each with its exact text. Where mappings need something of what stands around
 * the array, it is added to each element that is an object as one more member, `_envelope`, again with its exact
 * text. A body without that array, or with an empty one, stays whole, so that nothing goes unseen.
 */
export function compileSplit(settings: SplitSettings): NonNullable<Source['split']> {
  const path = settings.path === '.' ? [] : pathKeys(settings.path);
  return (body) => {
    const values = valueAt(body.value, path);
    const exact = valueAt(body.exact, path);
    if (!Array.isArray(values) || !Array.isArray(exact)) return [body];
    if (values.length === 0 || values.length > MAX_ELEMENTS) return [body];
    const texts = elementTexts(body.text, path);
    if (texts === undefined) return [body];
    const envelope = settings.envelope.length === 0 ? undefined : envelopeOf(body, settings.envelope);
    return texts.map((text, i) => {
      const value = (values as Json[])[i] ?? null;
      const part = { text, value, exact: (exact as Json[])[i] ?? null };
      return envelope === undefined ? part : withEnvelope(part, envelope);
    });
  };
}

function envelopeOf(body: BodyPart, names: readonly string[]): BodyPart {
  const present = names.filter((name) => valueAt(body.value, [name]) !== undefined);
  const members = present.map((name) => `${JSON.stringify(name)}:${valueText(body.text, [name]) ?? 'null'}`);
  return {
    text: `{${members.join(',')}}`,
    value: pick(body.value, present),
    exact: pick(body.exact, present),
  };
}

function withEnvelope(part: BodyPart, envelope: BodyPart): BodyPart {
  if (!isJsonObject(part.value) || Object.hasOwn(part.value, ENVELOPE)) return part;
  const comma = Object.keys(part.value).length === 0 ? '' : ',';
  const text = `${part.text.slice(0, part.text.lastIndexOf('}')).trimEnd()}${comma}"${ENVELOPE}":${envelope.text}}`;
  return { text, value: extend(part.value, envelope.value), exact: extend(part.exact, envelope.exact) };
}

/** Spread keeps a member named `__proto__` a member. */
function extend(value: Json, envelope: Json): Json {
  return isJsonObject(value) ? { ...value, [ENVELOPE]: envelope } : value;
}

function pick(value: Json, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, valueAt(value, [name]) ?? null]));
}
