// Puts numbered events into a spool, says each number once it is kept, and takes some out again; runs until it is killed.
import { createSeal } from '../../dist/queue/seal.js';
import { openSpool } from '../../dist/queue/spool.js';
import { newEventId } from '../../dist/model/ids.js';

const [dir, name, drains] = process.argv.slice(2);
const seal = createSeal(() => ({ compressAbove: 4_096, encryption: { keys: [] } }));
const spool = openSpool({ dir, maxBytes: 64 << 20, seal, now: Date.now });
const say = (line) => new Promise((resolve) => process.stdout.write(`${line}\n`, resolve));

const event = (n) => ({
  id: newEventId(Date.now()),
  source: 'alerts',
  deliveryKey: `header:${name}-${n}`,
  dedupeWindowMs: 600_000,
  receivedAt: Date.now(),
  body: 'x'.repeat((n * 997) % 5_000),
  contentType: 'application/json',
  headers: {},
  requestId: 'req_1',
});

for (let n = 0; ; n += 2) {
  await spool.put([n, n + 1].map((each) => ({ event: event(each), routes: ['main'] })));
  await say(`kept ${name}-${n}`);
  await say(`kept ${name}-${n + 1}`);
  if (drains === 'drains' && n % 10 === 0) {
    const batch = spool.next(5);
    for (const { event: out } of batch?.arrivals ?? [])
      await say(`took ${out.deliveryKey.slice('header:'.length)}`);
    await batch?.settle(batch.arrivals.map(() => 'stored'));
  }
}
