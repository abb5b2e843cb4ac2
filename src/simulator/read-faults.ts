import {
  anything,
  flag,
  InvalidInput,
  listOf,
  mapOf,
  numberIn,
  oneOf,
  someOf,
  text,
  wholeNumberIn,
  type Check,
} from './checks.js';
import { FAULT_KINDS, type Fault, type FaultMatch, type FaultRule } from './fault.js';

const COUNT = wholeNumberIn(1, Number.MAX_SAFE_INTEGER);
const HOUR_MS = 3_600_000;
/** More than one string of JavaScript can hold is of no use. */
const MOST_BYTES = 400 * 1024 * 1024;

const match = someOf<FaultMatch>({
  method: text,
  path: text,
  exact: flag,
  workflow: text,
  nth: COUNT,
  every: COUNT,
  probability: numberIn(0, 1),
  times: COUNT,
});

const fault = someOf<Fault>({
  kind: oneOf(...FAULT_KINDS),
  accept: flag,
  status: wholeNumberIn(200, 599),
  headers: mapOf(text),
  body: anything,
  delayMs: wholeNumberIn(0, HOUR_MS),
  location: text,
  contentType: text,
  jobId: anything,
  copies: wholeNumberIn(2, 100),
  outcome: text,
  bytes: wholeNumberIn(1, MOST_BYTES),
});

const rule: Check<FaultRule> = (value, at) => {
  const read = someOf<{ match: FaultMatch; fault: Fault }>({
    match,
    fault: (each, where) => {
      const found = fault(each, where);
      if (found.kind === undefined) throw new InvalidInput(`${where}/kind is missing.`);
      return { ...found, kind: found.kind };
    },
  });
  const found = read(value, at);
  if (found.fault === undefined) throw new InvalidInput(`${at}/fault is missing.`);
  return { match: found.match ?? {}, fault: found.fault };
};

/** A list of rules, or one. Throws `InvalidInput`. */
export function readFaults(value: unknown): readonly FaultRule[] {
  return Array.isArray(value) ? listOf(rule)(value, '') : [rule(value, '')];
}
