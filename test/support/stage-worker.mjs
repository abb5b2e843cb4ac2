// A worker process for one source, on the built code; it can kill itself at a chosen moment of its first delivery.
import { createDeliveryStage } from '../../dist/delivery/delivery-stage.js';
import { createBatchedBackend } from '../../dist/queue/batched-backend.js';
import { openRedis } from '../../dist/queue/connect.js';
import { createDeliveryRecords } from '../../dist/queue/delivery-records.js';
import { readDelivery } from '../../dist/queue/delivery-text.js';
import { createSeal } from '../../dist/queue/seal.js';
import { keysOf } from '../../dist/queue/keys.js';
import { probeKomand } from '../../dist/targets/komand/probe.js';
import { createKomandTarget } from '../../dist/targets/komand/target.js';

const { redis, settings, source, route, killAt } = JSON.parse(process.argv[2]);
const die = () => process.kill(process.pid, 'SIGKILL');
const connections = openRedis(redis, () => undefined);
const client = connections.patient;
const { prefix } = redis;
const retentionMs = 600_000;
const seal = createSeal(() => ({ compressAbove: 4_096, encryption: { keys: [] } }));
const records = createDeliveryRecords({
  client,
  prefix,
  retentionMs,
  sources: () => [source],
  seal,
});
const target = createKomandTarget(settings, { observe: () => undefined, readFile: () => '' });
const stage = createDeliveryStage({
  prefix,
  queueName: (name) => keysOf(prefix, name).queueName,
  connection: client,
  backend: (name, lockMs, signal) => {
    const now = Date.now;
    const open = createBatchedBackend({
      client,
      prefix,
      source: name,
      lockMs,
      retentionMs,
      seal,
      now,
      signal,
    });
    return (...given) => {
      const backend = open(...given);
      if (killAt === 'after-answer') backend.moveToCompleted = die;
      return backend;
    };
  },
  readDelivery,
  records,
  place: () => ({ count: 1, rank: 0 }),
  observe: () => undefined,
  now: Date.now,
  random: Math.random,
});
const map = async ({ body }) => {
  if (killAt === 'before-call') die();
  return { text: body };
};
await stage.configure({
  routes: [{ source, routes: [{ ...route, map }] }],
  targets: [{ settings, target, probe: () => probeKomand(target) }],
});
process.stdout.write('ready\n');
