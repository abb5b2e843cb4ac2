import type { Fault, FaultMatch, FaultRule } from './fault.js';
import { STREAM, type Random } from './random.js';

/** A rule at work. */
export interface ActiveRule extends FaultRule {
  readonly id: number;
  /** Requests that fitted. */
  readonly seen: number;
  /** Requests that met the fault. */
  readonly fired: number;
}

export interface FaultRules {
  add(rules: readonly FaultRule[]): readonly ActiveRule[];
  list(): readonly ActiveRule[];
  /** One rule, or all. Answers how many went. */
  remove(id?: number): number;
  /** The fault this request meets: that of the first rule that fires. Every fitting rule counts it. */
  pick(method: string, path: string): Fault | undefined;
}

interface Counted extends ActiveRule {
  seen: number;
  fired: number;
  readonly fits: (segments: readonly string[], path: string) => boolean;
}

/** Faults by rule; deterministic by seed and order of requests. */
export function createFaultRules(random: Random): FaultRules {
  let rules: Counted[] = [];
  let nextId = 1;
  return {
    add(added) {
      const counted = added.map((rule) => ({
        ...rule,
        id: nextId++,
        seen: 0,
        fired: 0,
        fits: compilePath(rule.match),
      }));
      rules = [...rules, ...counted];
      return counted.map(shown);
    },
    list: () => rules.map(shown),
    remove(id) {
      const before = rules.length;
      rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id);
      return before - rules.length;
    },
    pick(method, path) {
      if (rules.length === 0) return undefined;
      const segments = path.split('/');
      let picked: Fault | undefined;
      for (const rule of rules) {
        const { match } = rule;
        if (match.method !== undefined && match.method.toUpperCase() !== method) continue;
        if (match.workflow !== undefined && !isEventFor(match.workflow, segments)) continue;
        if (!rule.fits(segments, path)) continue;
        rule.seen += 1;
        if (picked !== undefined || !fires(rule, random)) continue;
        rule.fired += 1;
        picked = rule.fault;
      }
      return picked;
    },
  };
}

function shown({ id, match, fault, seen, fired }: Counted): ActiveRule {
  return { id, match, fault, seen, fired };
}

function fires({ id, match, seen, fired }: Counted, random: Random): boolean {
  if (match.times !== undefined && fired >= match.times) return false;
  if (match.nth !== undefined && seen !== match.nth) return false;
  if (match.every !== undefined && seen % match.every !== 0) return false;
  return match.probability === undefined || random.unit(STREAM.fault + id, seen) < match.probability;
}

/** The id stands right after `workflows` or `trigger`, for both Komand and InsightConnect. */
function isEventFor(id: string, segments: readonly string[]): boolean {
  const at = segments.findIndex((segment) => segment === 'workflows' || segment === 'trigger');
  const found = segments[at + 1];
  return at >= 0 && (found === id || found === encodeURIComponent(id));
}

function compilePath({ path, exact }: FaultMatch): Counted['fits'] {
  if (path === undefined) return () => true;
  if (!path.includes('*')) return (_, actual) => (exact === true ? actual === path : actual.startsWith(path));
  const pattern = path.split('/');
  const open = pattern.at(-1) === '**';
  const fixed = open ? pattern.slice(0, -1) : pattern;
  return (segments) =>
    (open ? segments.length >= fixed.length : segments.length === fixed.length) &&
    fixed.every((part, i) => part === '*' || part === segments[i]);
}
