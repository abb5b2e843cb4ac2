import { describe, expect, it } from 'vitest';
import { deliveryId, newEventId } from '../../../src/model/ids.js';
import { readClaim, writeClaim } from '../../../src/queue/claim-text.js';

const eventId = newEventId(1_760_000_000_000);

describe('the text of a claim', () => {
  it.each([[[]], [['default']], [['high']], [['default', 'high']]])(
    'is read as it was written: routes %j',
    (routes) => {
      const text = writeClaim(eventId, routes);
      expect(readClaim(text)).toEqual({
        eventId,
        deliveries: routes.map((route) => deliveryId(eventId, route)),
      });
    },
  );

  it('is short where the route has no name', () => {
    expect(writeClaim(eventId, ['default'])).toHaveLength(26);
  });

  it.each(['', 'default', `${eventId} default`, `dlv_${eventId.slice(4)}`])('is not %j', (text) => {
    expect(readClaim(text)).toBeUndefined();
  });
});
