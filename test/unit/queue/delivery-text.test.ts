import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/model/delivery.js';
import { deliveryId, newEventId, replayDeliveryId, requestIdOf } from '../../../src/model/ids.js';
import { readDelivery, writeDelivery } from '../../../src/queue/delivery-text.js';

const NOW = 1_790_000_000_123;
const eventId = newEventId(NOW);
const plain: Delivery = {
  id: deliveryId(eventId, 'main'),
  eventId,
  source: 'alerts',
  route: 'main',
  deliveryKey: 'body:1|two "three"',
  receivedAt: NOW,
  body: '{"id":1}',
  contentType: 'application/json',
  headers: { 'content-type': 'application/json', 'user-agent': 'a "quoted"\tname' },
  requestId: 'req_1',
};
const replay = { of: plain.id, by: 'ann', reason: 'two\nlines', at: NOW + 5, edited: true };

describe("a delivery's text", () => {
  it.each<[string, Partial<Delivery>]>([
    ['as it mostly is', {}],
    ['an array', { body: '[{"a":1},{"b":2}]' }],
    ['a body over several lines', { body: '{\n  "id": 1\n}\n' }],
    ['a body with space before it', { body: ' \n{"id":1}' }],
    ['no body', { body: '' }],
    ['a body that is no JSON', { body: 'plain "text"\n}' }],
    ['keys of its own in the body', { body: '{"body":1,"text":"x","eventId":"no"}' }],
    ['numbers that no double keeps', { body: '{"n":12345678901234567890.50}' }],
    ['letters of every kind', { body: '{"a":"\u2028 \ud83d\ude00 \\u0000 ß"}' }],
    ['another content type', { contentType: 'text/plain' }],
    ['no headers', { headers: {} }],
    ['a trace', { traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01' }],
    ['received at another time than its id tells', { receivedAt: NOW - 1 }],
    ['the first event of its request', { requestId: requestIdOf(eventId) }],
    ['a replay', { id: replayDeliveryId('main', NOW + 5), replay }],
    ['a route with digits', { id: deliveryId(eventId, 'to-soar-2'), route: 'to-soar-2' }],
  ])('comes back whole: %s', (_, over) => {
    const delivery = { ...plain, ...over };
    expect(readDelivery('alerts', delivery.id, writeDelivery(delivery))).toEqual(delivery);
  });

  it('is JSON, because BullMQ reads it so, with the body inside as it came', () => {
    const text = writeDelivery({ ...plain, body: '{ "n": 1.50 }' });
    expect(JSON.parse(text)).toMatchObject({ deliveryKey: plain.deliveryKey, body: { n: 1.5 } });
    expect(text).toContain('{ "n": 1.50 }');
    expect(text).not.toContain(plain.id.slice(4, 30));
    expect(JSON.parse(writeDelivery({ ...plain, body: '' }))).toMatchObject({ text: '' });
  });

  it('does not repeat the letters of its id for the request it came with', () => {
    const text = writeDelivery({ ...plain, requestId: requestIdOf(eventId) });
    expect(text).not.toContain(eventId.slice(4));
    expect(text.length).toBeLessThan(writeDelivery(plain).length);
  });

  it.each(['', '{}', 'x', '{"a":\n', '\n', '{"deliveryKey":"k","body":'])(
    'is nothing where it was cut off: %j',
    (text) => {
      expect(readDelivery('alerts', plain.id, text)).toBeUndefined();
    },
  );

  it('is nothing under an id that is none', () => {
    expect(readDelivery('alerts', 'dlv_short', writeDelivery(plain))).toBeUndefined();
  });
});
