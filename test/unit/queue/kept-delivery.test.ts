import { describe, expect, it } from 'vitest';
import type { RejectedRequest } from '../../../src/model/arrival.js';
import type { Attempt, Delivery, Progress, Receipt } from '../../../src/model/delivery.js';
import { deliveryId, newEventId, replayDeliveryId } from '../../../src/model/ids.js';
import {
  keptData,
  keptProgress,
  keptReceipt,
  openData,
  openProgress,
  openReceipt,
} from '../../../src/queue/kept-delivery.js';
import { writeDelivery } from '../../../src/queue/delivery-text.js';
import { keptRejected, openRejected } from '../../../src/queue/kept-rejected.js';
import { readJob } from '../../../src/queue/read-job.js';
import { writeReceipt } from '../../../src/queue/receipt-text.js';
import { createSeal, type Seal } from '../../../src/queue/seal.js';
import { NO_SEAL, sealedBy, testKey } from '../../support/seals.js';

const CANARY = 'canary-4f1c';
const seal = createSeal(() => sealedBy({ id: 'k1', key: testKey(1) }));
const stranger = createSeal(() => sealedBy({ id: 'k2', key: testKey(2) }));
const PLACE = { delayedScore: null, locked: false };

const eventId = newEventId(1_760_000_000_000);
const delivery: Delivery = {
  id: deliveryId(eventId, 'main'),
  eventId,
  source: 'alerts',
  route: 'main',
  deliveryKey: `body:${CANARY}`,
  receivedAt: 1_760_000_000_000,
  body: `{"a":"${CANARY}","__proto__":{"x":1}}`,
  contentType: 'application/json',
  headers: { 'x-kept': CANARY },
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  requestId: 'req_1',
};
const attempt: Attempt = {
  number: 1,
  startedAt: 1,
  durationMs: 2,
  outcome: 'rejected',
  errorClass: 'http_4xx',
  reason: `Komand answered 400: ${CANARY}`,
  reached: 'answered',
  status: 400,
  answer: `{"message":"${CANARY}"}`,
};
const quiet: Attempt = { number: 2, startedAt: 3, durationMs: 4, outcome: 'retry', reached: 'not_sent' };
const progress: Progress = { attempts: [attempt, quiet], counted: 2, dropped: 0, deadClass: 'http_4xx' };
const receipt: Receipt = { jobId: 'job-1', deliveredAt: 5, message: CANARY, attempt };

function hashOf(by = seal): Record<string, string> {
  return {
    data: keptData(by, [delivery])[0] ?? '',
    progress: JSON.stringify(keptProgress(by, delivery.id, progress)),
    returnvalue: writeReceipt(keptReceipt(by, delivery.id, receipt)),
  };
}

const read = (hash: Record<string, string>, by: Seal) => readJob('alerts', delivery.id, hash, PLACE, by);

describe('what is kept of a delivery', () => {
  it('shows nothing of the payload nor of what the target said, and opens to the same', () => {
    const hash = hashOf();
    expect(JSON.stringify(hash)).not.toContain(CANARY);
    expect(JSON.stringify(hash)).not.toContain('traceparent');
    expect(read(hash, seal)).toEqual({
      delivery,
      state: 'queued',
      progress,
      receipt,
      jobOutcome: 'pending',
    });
  });

  it('is exactly the record while nothing is sealed', () => {
    expect(hashOf(NO_SEAL)).toEqual({
      data: writeDelivery(delivery),
      progress: JSON.stringify(progress),
      returnvalue: writeReceipt(receipt),
    });
    // What was stored before encryption was switched on stays readable
    expect(read(hashOf(NO_SEAL), seal)).toEqual(read(hashOf(), seal));
  });

  it('seals the payload of an event once for all its deliveries, as JSON text, and a replay for itself', () => {
    const other: Delivery = { ...delivery, id: deliveryId(eventId, 'rest'), route: 'rest' };
    const texts = keptData(seal, [delivery, other]);
    expect(texts[0]).toBe(texts[1]);
    // BullMQ parses the data of a job that it looks up
    expect(JSON.parse(texts[0] ?? '')).toMatch(/^x\.k1\./);
    const open = (id: string, text = ''): unknown => openData(seal, 'alerts', id, text);
    expect([open(delivery.id, texts[0]), open(other.id, texts[1])]).toEqual([delivery, other]);
    const replay: Delivery = {
      ...delivery,
      id: replayDeliveryId('main', 1_760_000_000_001),
      body: '"edited"',
    };
    expect(open(replay.id, keptData(seal, [replay])[0])).toEqual(replay);
  });

  it("does not pass one event's payload off as another's, nor a receipt as a progress", () => {
    const [text = ''] = keptData(seal, [delivery]);
    const foreign = deliveryId(newEventId(1), 'main');
    expect(openData(seal, 'alerts', foreign, text)).toMatchObject({ code: 'damaged', keyId: 'k1' });
    const other = deliveryId(eventId, 'rest');
    expect(() => openProgress(seal, other, keptProgress(seal, delivery.id, progress))).toThrow('"k1"');
    expect(() => openReceipt(seal, other, keptReceipt(seal, delivery.id, receipt))).toThrow('"k1"');
    const { sealed } = { sealed: undefined, ...keptReceipt(seal, delivery.id, receipt) };
    expect(sealed).toBeTypeOf('string');
    expect(() => openProgress(seal, delivery.id, { ...progress, sealed })).toThrow('"k1"');
  });

  it('leaves what could not be opened as it is when it is written again', () => {
    const kept = keptProgress(seal, delivery.id, progress);
    expect(keptProgress(stranger, delivery.id, { ...kept, starts: 3 })).toEqual({ ...kept, starts: 3 });
    const noted = keptReceipt(seal, delivery.id, receipt);
    expect(keptReceipt(stranger, delivery.id, noted)).toBe(noted);
  });

  it('without the key still tells what it is, where it stands and why it cannot be read', () => {
    const view = read({ ...hashOf(), finishedOn: '1', failedReason: 'x' }, stranger);
    expect(view).toMatchObject({
      state: 'dead',
      unreadable: 'it was encrypted with the key "k1", which storage.encryption.keys does not have',
      delivery: { id: delivery.id, eventId, source: 'alerts', route: 'main', body: '', headers: {} },
      progress: { counted: 2, deadClass: 'http_4xx', attempts: [{ status: 400 }, { number: 2 }] },
      receipt: { jobId: 'job-1' },
    });
    expect(JSON.stringify(view)).not.toMatch(/sealed"|canary/);
  });
});

describe('what is kept of a rejected request', () => {
  const rejected: RejectedRequest = {
    id: 'req_1',
    source: 'alerts',
    at: 1,
    status: 422,
    code: 'schema_mismatch',
    cause: 'schema_mismatch',
    detail: CANARY,
    errors: [{ pointer: `/${CANARY}`, keyword: 'type', message: 'must be a number' }],
    remoteAddress: '192.0.2.1',
    headers: { 'x-kept': CANARY },
    bodyBytes: 12,
    bodyHash: 'ab',
    quarantined: { body: CANARY, contentType: 'application/json', deliveryKey: CANARY, eventId },
  };

  it('shows nothing of it, opens to the same, and stays as it is while nothing is sealed', () => {
    const text = keptRejected(seal, rejected);
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain('192.0.2.1');
    expect(openRejected(seal, text)).toEqual(rejected);
    expect(keptRejected(NO_SEAL, rejected)).toBe(JSON.stringify(rejected));
    expect(openRejected(seal, JSON.stringify(rejected))).toEqual(rejected);
    expect(openRejected(seal, null)).toBeUndefined();
  });

  it('without the key, or under another id, says why it cannot be read', () => {
    const text = keptRejected(seal, rejected);
    expect(openRejected(stranger, text)).toMatchObject({
      id: 'req_1',
      code: 'schema_mismatch',
      unreadable: 'it was encrypted with the key "k1", which storage.encryption.keys does not have',
    });
    expect(openRejected(seal, text.replace('req_1', 'req_2'))?.unreadable).toContain('"k1"');
    expect(openRejected(stranger, text)?.quarantined).toBeUndefined();
  });
});
