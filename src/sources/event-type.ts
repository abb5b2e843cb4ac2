import type { Json } from '../model/json.js';
import { pathKeys, valueAt } from './json-path.js';
import type { Place } from './preset.js';

/** The kind of an event: what stands in the preset's places, joined with dots; empty where nothing does. */
export type EventType = (headers: Readonly<Record<string, string>>, exact: Json) => string;

export function compileEventType(places: readonly Place[]): EventType {
  const readers = places.map((place) => {
    if ('header' in place) return (headers: Readonly<Record<string, string>>) => headers[place.header];
    const keys = pathKeys(place.body);
    return (_: Readonly<Record<string, string>>, exact: Json) => {
      const value = valueAt(exact, keys);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    };
  });
  return (headers, exact) =>
    readers
      .flatMap((read) => read(headers, exact) ?? [])
      .join('.')
      .slice(0, 200);
}

/** Headers that the event type needs later, when only kept ones are left. */
export function eventTypeHeaders(places: readonly Place[]): readonly string[] {
  return places.flatMap((place) => ('header' in place ? [place.header] : []));
}
