// What a process of the bridge says of itself and what Linux says of it.
import { residentMiB } from './processor.mjs';

/** Event-loop lag (p99 since the last look) in milliseconds, and resident memory in MiB. */
export async function lookAt({ child, opsUrl }) {
  const headers = { authorization: 'Bearer bench-operations-token' };
  const page = await (await fetch(`${opsUrl}/metrics`, { headers })).text();
  const lag = Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(page)?.[1]);
  return { lagMs: lag * 1_000, memoryMiB: residentMiB(child.pid) };
}
