import { senderOf } from '../load/sources.mjs';
import { keyOf } from './job-key.mjs';
import { auditStore, deliveries, doubtfulAttempts } from './read-bridge.mjs';
import { checkAnswers, checkBooks, checkJobIds, checkProcesses } from './rules.mjs';

/**
 * @typedef {import('../load/client.mjs').Sent} Sent
 * @typedef {import('../rig/simulator.mjs').SimJob} SimJob
 * @typedef {import('../scenarios/run-faults.mjs').Injected} Injected
 *
 * @typedef {object} Result what the three logs say together
 * @property {number} attempted events that a sender tried to hand over
 * @property {number} acknowledged
 * @property {number} delivered acknowledged and accepted by Komand
 * @property {number} dead
 * @property {string[]} lost acknowledged, and neither in Komand nor a dead letter
 * @property {string[]} lostAllowed the same, but a fault destroyed the store they were in, which was reported
 * @property {number} late delivered only after a minute more
 * @property {string[]} phantom in Komand or in the bridge, and never sent so
 * @property {number} duplicated events with more than one job
 * @property {string[]} duplicatedTooOften with more jobs than their doubts explain
 * @property {number} recovered never acknowledged, and delivered
 * @property {number} spooled
 * @property {number} repeats
 * @property {number} otherIds repeats of an event that another ingress had spooled: told another event id, delivered once
 * @property {{ p50: number, p99: number, max: number }} toJobMs
 * @property {string[]} faulty everything else that must not be
 *
 * What became of one event.
 * @typedef {object} Fate
 * @property {number} sentAt Unix milliseconds
 * @property {boolean} acknowledged
 * @property {number} jobs in Komand
 * @property {boolean} tooOften
 * @property {boolean} dead
 * @property {boolean} lost
 * @property {boolean} lostAllowed
 * @property {boolean} spooled
 */

/**
 * Reads client log, bridge and simulator, and compares them.
 * @param {import('../rig/world.mjs').World} world
 * @param {readonly Injected[]} injected
 * @returns {Promise<{ result: Result, fates: Fate[] }>}
 */
export async function check(world, injected) {
  const [jobs, shown, audit] = [
    await world.simulator.jobs(),
    await deliveries(world),
    await auditStore(world),
  ];
  const events = world.client.log;
  const byKey = new Map(events.map((sent) => [sent.key, sent]));
  const jobsOf = groupBy(jobs, (job) => keyOf(job.body));
  const shownOf = groupBy(shown, ({ delivery_key: key }) => key.slice(key.indexOf(':') + 1));
  const wipedAt = Math.max(...injected.filter(({ fault }) => fault.wipes).map(({ to }) => to), 0);
  /** @type {string[]} */
  const faulty = [];

  const acknowledged = events.filter(({ ackAt }) => ackAt !== undefined);
  const inKomand = (/** @type {Sent} */ sent) => jobsOf.has(sent.key);
  const isDead = (/** @type {Sent} */ sent) =>
    shownOf.get(sent.key)?.every(({ state }) => state === 'dead') ?? false;
  const dead = acknowledged.filter(isDead);
  const gone = acknowledged.filter((sent) => !inKomand(sent) && !isDead(sent)).map(name);
  const wiped = new Set(acknowledged.filter((sent) => isWiped(sent, injected)).map(name));

  const duplicates = [...jobsOf].filter(([key, of]) => byKey.has(key) && of.length > 1);
  /** @type {string[]} */
  const duplicatedTooOften = [];
  /** @type {Set<string>} */
  const tooOften = new Set();
  for (const [key, of] of duplicates) {
    const sent = /** @type {Sent} */ (byKey.get(key));
    const allowed = await allowedJobs(world, sent, of, injected, shown);
    if (of.length <= allowed) continue;
    tooOften.add(key);
    duplicatedTooOften.push(`${key} (${sent.sender}): ${of.length} jobs, ${allowed} allowed`);
  }

  const unexpected = dead.filter(
    (sent) => !sent.poison && !during(sent, Date.now(), injected).some(({ fault }) => fault.dead),
  );
  if (unexpected.length > 0)
    faulty.push(
      `${unexpected.length} dead letters without a cause, e.g. ${unexpected[0].key} (${unexpected[0].sender})`,
    );
  faulty.push(
    ...checkJobIds(shown, jobs),
    ...checkBooks(audit, shown, wipedAt),
    ...checkAnswers(events, injected),
  );
  // While Redis is away an ingress cannot know what was stored, or what another one has spooled: found out at the drain
  const strange = world.client.otherIds.filter(({ key, spooled }) => !wiped.has(key) && !spooled);
  for (const { key, first, second } of strange) faulty.push(`${key} sent again was ${second}, not ${first}`);
  faulty.push(...checkProcesses(world));

  const lost = new Set(gone);
  const fates = events.map((sent) => ({
    sentAt: sent.sentAt,
    acknowledged: sent.ackAt !== undefined,
    jobs: jobsOf.get(sent.key)?.length ?? 0,
    tooOften: tooOften.has(sent.key),
    dead: sent.ackAt !== undefined && isDead(sent),
    lost: lost.has(sent.key) && !wiped.has(sent.key),
    lostAllowed: lost.has(sent.key) && wiped.has(sent.key),
    spooled: sent.status === 'spooled',
  }));
  const result = {
    attempted: events.length,
    acknowledged: acknowledged.length,
    delivered: acknowledged.filter(inKomand).length,
    dead: dead.length,
    lost: gone.filter((key) => !wiped.has(key)),
    lostAllowed: gone.filter((key) => wiped.has(key)),
    late: 0,
    phantom: phantoms(jobs, byKey, shown),
    duplicated: duplicates.length,
    duplicatedTooOften,
    recovered: events.filter((sent) => sent.ackAt === undefined && inKomand(sent)).length,
    spooled: acknowledged.filter(({ status }) => status === 'spooled').length,
    repeats: world.client.repeats(),
    otherIds: world.client.otherIds.length - strange.length,
    toJobMs: spread(
      acknowledged.filter(inKomand).map((sent) => firstJobAt(jobsOf.get(sent.key)) - sent.sentAt),
    ),
    faulty,
  };
  return { result, fates };
}

const name = (/** @type {Sent} */ { key }) => key;
const firstJobAt = (/** @type {readonly SimJob[] | undefined} */ of = []) =>
  Math.min(...of.map((job) => job.accepted_at));

/** @template T @param {readonly T[]} list @param {(item: T) => string} key @returns {Map<string, T[]>} */
function groupBy(list, key) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const item of list) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Whether it was in the store, or on its way there, when that lost what it had. @param {Sent} sent @param {readonly Injected[]} injected */
function isWiped({ sentAt }, injected) {
  return injected.some(
    ({ fault, to, losesFrom = 0 }) => fault.wipes === true && sentAt < to && sentAt > losesFrom - 1_000,
  );
}

/** Faults at work in the life of an event, which ended at `until`. @param {Sent} sent @param {number} until @param {readonly Injected[]} injected */
function during({ sentAt }, until, injected) {
  return injected.filter(({ from, to }) => from <= until && to >= sentAt - 500);
}

/** One, and one more for each doubt that the bridge cannot have cleared up. */
async function allowedJobs(
  /** @type {import('../rig/world.mjs').World} */ world,
  /** @type {Sent} */ sent,
  /** @type {readonly SimJob[]} */ of,
  /** @type {readonly Injected[]} */ injected,
  /** @type {readonly import('./read-bridge.mjs').Shown[]} */ shown,
) {
  const { onAmbiguous } = senderOf(sent.sender);
  const last = Math.max(...of.map((job) => job.accepted_at));
  const fromFaults = during(sent, last + 1_000, injected).reduce(
    (sum, { fault }) => sum + (fault.doubt?.[onAmbiguous] ?? 0),
    0,
  );
  if (onAmbiguous === 'reconcile') return 1 + fromFaults;
  const delivery = shown.find(({ delivery_key: key }) => key.slice(key.indexOf(':') + 1) === sent.key);
  const fromTimeline = delivery === undefined ? 0 : await doubtfulAttempts(world, delivery.id);
  return 1 + Math.max(fromFaults, fromTimeline);
}

/** @param {readonly SimJob[]} jobs @param {ReadonlyMap<string, Sent>} byKey @param {readonly import('./read-bridge.mjs').Shown[]} shown */
function phantoms(jobs, byKey, shown) {
  const found = [];
  for (const job of jobs) {
    const sent = byKey.get(keyOf(job.body));
    const { mapped, endpointId } = sent === undefined ? {} : senderOf(sent.sender);
    if (sent === undefined || mapped === undefined || job.workflow_uid !== endpointId) found.push(job.job_id);
    else if (job.body !== JSON.stringify(mapped(sent.body)))
      found.push(`${job.job_id} (another body than ${sent.key})`);
  }
  const keys = new Set(byKey.keys());
  for (const { id, delivery_key: key } of shown)
    if (!keys.has(key.slice(key.indexOf(':') + 1))) found.push(id);
  return found;
}

/** @param {readonly number[]} values milliseconds */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ part) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}
