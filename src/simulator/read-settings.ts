import {
  flag,
  InvalidInput,
  listOf,
  mapOf,
  numberIn,
  oneOf,
  range,
  someOf,
  text,
  wholeNumberIn,
  type Check,
} from './checks.js';
import type { IconSettings, SettingsPatch, SimWorkflow } from './settings.js';

const TEN_YEARS_MS = 10 * 365 * 86_400_000;
const NO_JOB = oneOf('404', '400', 'accept');

const workflow: Check<SimWorkflow> = (value, at) => {
  const read = someOf<SimWorkflow>({ uid: text, name: text, active: flag, deleted: flag, triggerId: text });
  const found = read(value, at);
  if (found.uid === undefined) throw new InvalidInput(`${at}/uid is missing.`);
  return { ...found, uid: found.uid, name: found.name ?? found.uid };
};

const outcomes: Check<Readonly<Record<string, number>>> = (value, at) => {
  const weights = mapOf(numberIn(0, 1e9))(value, at);
  if (Object.values(weights).some((weight) => weight > 0)) return weights;
  throw new InvalidInput(`${at} must give at least one word a weight above 0.`);
};

const icon = someOf<IconSettings>({
  apiKey: text,
  status: oneOf(200, 202),
  answer: oneOf('job-id', 'empty', 'error'),
  errorCode: wholeNumberIn(0, 999),
  shape: oneOf('nested', 'flat'),
  keyOnTrigger: flag,
  needsOrganization: flag,
});

const settings = someOf<SettingsPatch>({
  user: text,
  password: text,
  tokenTtlMs: wholeNumberIn(1, TEN_YEARS_MS),
  tokenExp: oneOf('normal', 'missing', 'before-iat'),
  authFailure: oneOf('empty-401', 'html-401', 'denied-401', 'denied-403', 'denied-200'),
  loginFailure: oneOf(400, 401, 403),
  lockAfter: wholeNumberIn(0, 1_000),
  clockOffsetMs: wholeNumberIn(-TEN_YEARS_MS, TEN_YEARS_MS),
  workflows: listOf(workflow),
  unknownWorkflow: NO_JOB,
  inactiveWorkflow: NO_JOB,
  triggerAuth: flag,
  triggerFanOut: range,
  unknownJob: oneOf(400, 404, 500),
  maxBodyBytes: wholeNumberIn(1, 1024 ** 3),
  jobDelayMs: range,
  jobDurationMs: range,
  outcomes,
  oddTimes: flag,
  listContext: flag,
  internalUrl: text,
  icon,
});

/** A change of switches, as it came. Throws `InvalidInput` for what is not known or makes no sense. */
export function readSettings(value: unknown): SettingsPatch {
  return settings(value, '');
}
