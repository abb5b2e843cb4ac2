// A worker process for one source, on the built code; it can kill itself at a chosen moment of its first delivery.
import { createDeliveryStage } from '../../dist/delivery/delivery-stage.js';
import { openRedis } from '../../dist/queue/connect.js';
import { createDeliveryRecords } from '../../dist/queue/delivery-records.js';
import { keysOf } from '../../dist/queue/keys.js';
import { probeKomand } from '../../dist/targets/komand/probe.js';
import { createKomandTarget } from '../../dist/targets/komand/target.js';

const { redis, settings, source, route, killAt } = JSON.parse(process.argv[2]);
const die = () => process.kill(process.pid, 'SIGKILL');
const connections = openRedis(redis, () => undefined);
const records = createDeliveryRecords({
  client: connections.patient,
  prefix: redis.prefix,
  retentionMs: 600_000,
  sources: () => [source],
});
const target = createKomandTarget(settings, { observe: () => undefined, readFile: () => '' });
const stage = createDeliveryStage({
  prefix: redis.prefix,
  queueName: (name) => keysOf(redis.prefix, name).queueName,
  connection: connections.patient,
  records: {
    ...records,
    noteDelivered: (...given) => (killAt === 'after-answer' ? die() : records.noteDelivered(...given)),
  },
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
