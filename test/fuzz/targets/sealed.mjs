import { SealedError } from '../../../dist/model/sealed-error.js';
import { keptData, openData } from '../../../dist/queue/kept-delivery.js';
import { createSeal } from '../../../dist/queue/seal.js';
import { expect, expectNoSecret } from '../finding.mjs';

const KEY = Buffer.from('canary-key-of-exactly-32-bytes!!').toString('base64');
const ID = 'dlv_01K742SG00PC0NRVE35X41W4PH_main';
const delivery = (body) => ({
  id: ID,
  eventId: 'evt_01K742SG00PC0NRVE35X41W4PH',
  source: 'alerts',
  route: 'main',
  deliveryKey: 'hash:1',
  receivedAt: 1_760_000_000_000,
  body,
  contentType: 'application/json',
  headers: {},
  requestId: 'req_1',
});
const DELIVERIES = ['{"canary":"small"}', `{"canary":"${'large '.repeat(500)}"}`].map(delivery);
const seal = createSeal(() => ({ compressAbove: 2_000, encryption: { keys: [{ id: 'k1', key: KEY }] } }));
const clear = createSeal(() => ({ compressAbove: 2_000, encryption: { keys: [] } }));

export const target = {
  name: 'sealed',
  words: ['"x.', '"bx.', '"b..', 'k1', 'A'.repeat(64), '==', '{', '\n', ',"body":\n{'],
  seeds: () =>
    [seal, clear].flatMap((by) => DELIVERIES.map((each) => Buffer.from(keptData(by, [each])[0] ?? ''))),
  /** What was changed in the store is no delivery, or another one in clear text; what was sealed opens as it was. */
  async run(input) {
    const text = input.toString('latin1');
    const opened = openData(seal, 'alerts', ID, text);
    if (opened === undefined) return;
    if (opened instanceof SealedError) return expectNoSecret([KEY, 'canary'], opened.message);
    const encrypted = /^"b?x\./.test(text);
    if (encrypted)
      expect(
        DELIVERIES.some(({ body }) => body === opened.body),
        'only what was sealed opens',
        () => text,
      );
    expect(typeof opened.body === 'string' && opened.id === ID, 'a delivery is one', () => text);
  },
};
