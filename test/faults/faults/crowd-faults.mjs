import { waitFor } from '../rig/wait.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** Events that the producers hand over, however short the run. */
const EVENTS = 4_000;
/** A second, of all producers together: two cores carry forty processes whose code is hardly warm. */
const RATE = 60;

/** Many of each kind on one Redis: every event is one worker's, once. @type {readonly Fault[]} */
export const CROWD_FAULTS = [
  {
    name: 'twenty-ingresses-twenty-workers',
    c4: 45,
    setting: 'crowd',
    alone: true,
    mustAccept: true,
    run: async ({ client, workers, ingresses }, { must }) => {
      const before = client.log.length;
      client.run(RATE);
      await waitFor(
        `${EVENTS} events to be handed over`,
        () => client.log.length - before >= EVENTS,
        180_000,
      );
      client.run(0);
      await waitFor('the last answers', () => client.log.every(({ tries }) => tries.length > 0), 30_000);
      const used = new Set(client.log.map(({ tries }) => tries[0]?.node));
      if (used.size < ingresses.length)
        must(`only ${used.size} of ${ingresses.length} ingresses were handed something`);
      const idle = workers.filter(({ komand }) => komand.bytesUp() === 0).map(({ name }) => name);
      if (idle.length > 0) must(`${idle.join(', ')} called Komand not once`);
    },
  },
];
