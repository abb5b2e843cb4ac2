import { Problem } from './model/problem.js';
import type { Source } from './model/source.js';
import type { SourcePort, SourceStatus } from './ops/admin/ports.js';
import { hoursOf, readBalance, readHourBooks } from './queue/books.js';
import { timeOfId } from './queue/id-time.js';
import { keysOf } from './queue/keys.js';
import { createSourcePauses } from './queue/source-pauses.js';
import type { Shared } from './shared.js';
import { exampleRequest } from './sources/run-example.js';
import { trySource } from './sources/try-source.js';
import { eventCall } from './targets/komand/client.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The sources in force, over what the store knows of them. */
export function createSourcePort({ inForce, now, store }: Shared): SourcePort {
  const { connections, prefix, queues } = store;
  const client = connections.quick;
  const pauses = createSourcePauses({ client, prefix, queues, now });
  const sources = (): ReadonlyMap<string, Source> => inForce().sources;

  const statusOf = async (source: Source): Promise<SourceStatus> => {
    const { name, preset, expectedIntervalMs, routes } = source;
    // Books are kept by the hour: from the beginning of the one before, over the time that this is
    const hours = hoursOf(now() - HOUR_MS, now() + 1);
    const [balance, paused, [newest], booked] = await Promise.all([
      readBalance(client, prefix, name),
      pauses.of(name),
      client.zrange(keysOf(prefix, name).index, '-1', '-1'),
      Promise.all(hours.map((hour) => readHourBooks(client, prefix, name, hour))),
    ]);
    const minutes = (now() - (hours[0] ?? 0) * HOUR_MS) / MINUTE_MS;
    const accepted = booked.reduce((sum, books) => sum + books.accepted, 0);
    const lastEventAt = newest === undefined ? undefined : timeOfId(newest);
    return {
      name,
      preset,
      routes: routes.map((route) => ({
        name: route.name,
        target: route.target,
        endpoint: `${route.endpoint.kind} ${route.endpoint.id}`,
      })),
      paused,
      acceptedPerMinute: Math.round((accepted / Math.max(minutes, 1)) * 100) / 100,
      lastEventAt,
      expectedIntervalMs,
      silent:
        expectedIntervalMs !== undefined &&
        lastEventAt !== undefined &&
        now() - lastEventAt > expectedIntervalMs,
      counts: balance.states,
      jobs: balance.books.jobs,
    };
  };

  return {
    has: (name) => sources().has(name),
    list: () => Promise.all([...sources().values()].map(statusOf)),
    pause: (name, change) => pauses.pause(name, change),
    resume: (name) => pauses.resume(name),
    try: async (name, { body, headers, query }) => {
      const source = sources().get(name);
      if (source === undefined) throw new Problem('not_found', 404, 'There is no source of this name.');
      const example = { name: 'try', method: 'POST', headers, query, body, expect: [], retryOf: undefined };
      return trySource(guarded(source), exampleRequest(example, now()), {
        describe: (endpoint, mapped) => {
          const call = eventCall(endpoint.kind, endpoint.id, mapped);
          return { method: call.method, path: call.path, headers: call.headers };
        },
      });
    },
  };
}

/** A try goes on after a refusal; a forged confirmation must not make the bridge confirm anything all the same. */
function guarded(source: Source): Source {
  const { handshake } = source;
  if (handshake === undefined) return source;
  return {
    ...source,
    handshake: async (request, body) =>
      (await source.authenticate(request)).ok ? handshake(request, body) : undefined,
  };
}
