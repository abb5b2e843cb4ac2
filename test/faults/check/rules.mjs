import { SECRETS } from '../load/sources.mjs';
import { keyOf } from './job-key.mjs';

/**
 * @typedef {import('../load/client.mjs').Sent} Sent
 * @typedef {import('../rig/simulator.mjs').SimJob} SimJob
 * @typedef {import('../scenarios/run-faults.mjs').Injected} Injected
 */

/** I6: a recorded `job_id` is one that Komand gave out for this event. @param {readonly import('./read-bridge.mjs').Shown[]} shown @param {readonly SimJob[]} jobs */
export function checkJobIds(shown, jobs) {
  const keys = new Map(jobs.map((job) => [job.job_id, keyOf(job.body)]));
  return shown
    .filter(
      ({ state, job_id: id, delivery_key: key }) =>
        state === 'delivered' && id !== null && key.slice(key.indexOf(':') + 1) !== keys.get(id),
    )
    .map(({ id, job_id: jobId }) => `${id} has the job_id ${jobId}, which is not its own`);
}

/** @param {import('./read-bridge.mjs').Audit} audit @param {readonly import('./read-bridge.mjs').Shown[]} shown @param {number} wipedAt */
export function checkBooks(audit, shown, wipedAt) {
  const found = [];
  if (!audit.balanced && wipedAt === 0)
    found.push(
      `the books do not balance: ${JSON.stringify(audit.findings.slice(0, 3))} ${JSON.stringify(audit.sources)}`,
    );
  for (const { source, states } of audit.sources) {
    const inRange = (/** @type {{ received_at: string }} */ { received_at: at }) =>
      Date.parse(at) >= audit.from && Date.parse(at) < audit.to;
    const listed = shown.filter((delivery) => delivery.source === source && inRange(delivery));
    for (const [state, count] of Object.entries(states)) {
      const said = listed.filter((delivery) => delivery.state === state).length;
      if (said !== count) found.push(`${source}: ${count} ${state} by the audit, ${said} by the API`);
    }
    const open = (states['queued'] ?? 0) + (states['active'] ?? 0) + (states['scheduled'] ?? 0);
    if (open > 0) found.push(`${source}: ${open} deliveries have not ended`);
  }
  return found;
}

/** Where a fault leaves an ingress alone, or its sender a way round it, every event is taken. @param {readonly Sent[]} events @param {readonly Injected[]} injected */
export function checkAnswers(events, injected) {
  const found = [];
  for (const { fault, from, to } of injected.filter(({ fault: { mustAccept } }) => mustAccept === true)) {
    const refused = events.filter((sent) => {
      if (sent.sentAt < from || sent.sentAt > to) return false;
      const others = injected.some(
        (other) =>
          other.fault !== fault &&
          !other.fault.mustAccept &&
          other.from < sent.sentAt + 2_000 &&
          other.to > sent.sentAt - 2_000,
      );
      return !others && (sent.ackAt === undefined || sent.tries.length > 1);
    });
    if (refused.length > 0)
      found.push(
        `${refused.length} events were not taken at once during ${fault.name}, e.g. ${JSON.stringify(refused[0].tries)}`,
      );
  }
  return found;
}

/** I8 and I10. @param {import('../rig/world.mjs').World} world */
export function checkProcesses(world) {
  const found = [];
  const programs = [...world.nodes.map(({ managed }) => managed), world.simulator.managed];
  for (const { name: process, exits, log } of programs) {
    for (const { at, by, expected } of exits())
      if (!expected) found.push(`${process} ended by itself (${by}) at ${new Date(at).toISOString()}`);
    const text = log();
    for (const bad of ['MaxListenersExceeded', 'unhandledRejection', 'UnhandledPromise', 'ERR_UNHANDLED'])
      if (text.includes(bad)) found.push(`${process} logged ${bad}`);
    if (SECRETS.some((secret) => text.includes(secret))) found.push(`${process} logged a secret`);
  }
  return found;
}
