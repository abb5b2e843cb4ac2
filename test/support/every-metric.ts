import type { Registry } from 'prom-client';
import { registerLiveGauges } from '../../src/ops/observe/live-gauges.js';
import { createMetrics } from '../../src/ops/observe/metrics.js';
import { registerProcessGauges } from '../../src/ops/observe/process-gauges.js';

/** A registry with every metric of the bridge in it, as a process with all roles has it. */
export function everyMetric(): Registry {
  const { registry } = createMetrics({ version: '0.0.0', node: 'v20' });
  registerLiveGauges(registry, {
    counts: () => Promise.resolve(new Map()),
    oldestPending: () => Promise.resolve(undefined),
    redisUp: () => Promise.resolve(true),
    redisDurable: () => Promise.resolve(true),
    circuits: () => [],
    inFlight: () => 0,
    workers: () => Promise.resolve(0),
  });
  registerProcessGauges(registry, {
    spool: () => undefined,
    routes: () => [],
    ping: () => Promise.resolve(),
  });
  return registry;
}
