import { describe, expect, it } from 'vitest';
import {
  deliveryId,
  isDeliveryId,
  isEventId,
  newEventId,
  newRequestId,
  replayDeliveryId,
  routeOf,
} from '../../../src/model/ids.js';
import { NOW } from '../../support/raw-request.js';

const BODY = '01KDVDNR00ABCDEFGHJKMNPQRS';

describe('ids', () => {
  it('have the time in front, as a ULID does', () => {
    // The example of github.com/ulid/spec
    expect(newEventId(1_469_918_176_385)).toMatch(/^evt_01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/);
    expect(newEventId(0)).toMatch(/^evt_0{10}/);
    expect(newRequestId(2 ** 48 - 1)).toMatch(/^req_7ZZZZZZZZZ/);
  });

  it('sort by time', () => {
    const times = [0, 31, 32, 1_023, 1_024, NOW, NOW + 1, NOW + 86_400_000, 2 ** 48 - 1];
    const made = times.map((time) => newEventId(time));
    expect(made.toSorted()).toEqual(made);
  });

  it('do not repeat', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => newEventId(NOW))).size).toBe(10_000);
  });

  it('of a delivery follow from the event and the route', () => {
    const event = newEventId(NOW);
    expect(deliveryId(event, 'high')).toBe(`dlv_${event.slice(4)}_high`);
    expect(deliveryId(event, 'high')).toBe(deliveryId(event, 'high'));
    expect(routeOf(deliveryId(event, 'to-the-soc-2'))).toBe('to-the-soc-2');
    expect(routeOf(replayDeliveryId('rest', NOW))).toBe('rest');
    expect(replayDeliveryId('rest', NOW)).not.toBe(replayDeliveryId('rest', NOW));
  });

  it.each([
    [`evt_${BODY}`, true],
    [`evt_${BODY}\n`, false],
    [`evt_${BODY}0`, false],
    [`evt_${BODY.toLowerCase()}`, false],
    [`evt_${BODY.slice(1)}I`, false],
    [`dlv_${BODY}`, false],
    [`xevt_${BODY}`, false],
    ['evt_../../../../../../etc/passwd', false],
    ['', false],
  ])('%j is an event id: %s', (text, expected) => {
    expect(isEventId(text)).toBe(expected);
  });

  it.each([
    [`dlv_${BODY}_all`, true],
    [`dlv_${BODY}_a-1`, true],
    [`dlv_${BODY}_${'a'.repeat(40)}`, true],
    [`dlv_${BODY}_${'a'.repeat(41)}`, false],
    [`dlv_${BODY}_`, false],
    [`dlv_${BODY}_-a`, false],
    [`dlv_${BODY}_A`, false],
    [`dlv_${BODY}_a:b`, false],
    [`dlv_${BODY}_a\n`, false],
    [`dlv_${BODY}`, false],
    [`evt_${BODY}_all`, false],
  ])('%j is a delivery id: %s', (text, expected) => {
    expect(isDeliveryId(text)).toBe(expected);
  });

  it('are what the makers make', () => {
    const event = newEventId(NOW);
    expect(isEventId(event)).toBe(true);
    expect(isDeliveryId(deliveryId(event, 'all'))).toBe(true);
    expect(isDeliveryId(replayDeliveryId('all', NOW))).toBe(true);
  });
});
