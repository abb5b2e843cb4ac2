import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '../model/json.js';
import type { Judged, JudgedRoute } from './judge-event.js';

/** One thing that would be otherwise. */
export interface Change {
  readonly kind:
    'refused' | 'accepted' | 'route added' | 'route removed' | 'destination' | 'mapping' | 'unmappable';
  readonly detail: string;
}

/** Changes that lose something: whoever rolls this out should know before. */
export const WORSE: ReadonlySet<Change['kind']> = new Set(['refused', 'unmappable']);

const LONGEST = 100;

/** What would be otherwise for one event. Pure. */
export function compareJudged(before: Judged, after: Judged): readonly Change[] {
  const accepted = { before: before.refusals.length === 0, after: after.refusals.length === 0 };
  if (accepted.before && !accepted.after) return [{ kind: 'refused', detail: after.refusals.join('; ') }];
  if (!accepted.before && !accepted.after) return [];
  const changes: Change[] = accepted.before ? [] : [{ kind: 'accepted', detail: before.refusals.join('; ') }];
  const was = new Map(before.routes.map((route) => [route.name, route]));
  const is = new Map(after.routes.map((route) => [route.name, route]));
  for (const name of was.keys()) if (!is.has(name)) changes.push({ kind: 'route removed', detail: name });
  for (const [name, route] of is) {
    const old = was.get(name);
    if (old === undefined) changes.push({ kind: 'route added', detail: `${name} → ${route.destination}` });
    changes.push(...compareRoute(old, route));
  }
  return changes;
}

function compareRoute(old: JudgedRoute | undefined, now: JudgedRoute): readonly Change[] {
  const changes: Change[] = [];
  if (old !== undefined && old.destination !== now.destination)
    changes.push({ kind: 'destination', detail: `${now.name}: ${old.destination} → ${now.destination}` });
  if ('error' in now.sent) {
    if (old === undefined || 'text' in old.sent)
      changes.push({ kind: 'unmappable', detail: `${now.name}: ${now.sent.error}` });
    return changes;
  }
  if (old === undefined) return changes;
  const details =
    'error' in old.sent ? ['could not be mapped before'] : variableChanges(old.sent.text, now.sent.text);
  return [
    ...changes,
    ...details.map((detail) => ({ kind: 'mapping' as const, detail: `${now.name}: ${detail}` })),
  ];
}

/** Variable by variable; as whole texts where it is not two objects. */
function variableChanges(was: string, is: string): readonly string[] {
  if (was === is) return [];
  const [before, after]: readonly unknown[] = [JSON.parse(was), JSON.parse(is)];
  if (!isJsonObject(before) || !isJsonObject(after)) return [`${short(was)} → ${short(is)}`];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changes = [...names]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => `${name}: ${shown(before, name)} → ${shown(after, name)}`);
  // Same values, other bytes: spaces, the order of members, digits beyond what a number holds
  return changes.length > 0 ? changes : ['same values, written otherwise'];
}

function shown(object: Readonly<Record<string, unknown>>, name: string): string {
  return Object.hasOwn(object, name) ? short(JSON.stringify(object[name])) : 'nothing';
}

function short(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
