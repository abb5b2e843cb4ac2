import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Arrival } from '../../../src/model/arrival.js';
import {
  SECRET,
  startPresetListener,
  TOPIC,
  type PresetListener,
  type Sent,
} from '../../support/preset-listener.js';
import { jsonOf, type RawAnswer } from '../../support/raw-http.js';

let listener: PresetListener;
beforeAll(async () => {
  listener = await startPresetListener();
});
afterAll(() => listener.close());

const BEARER = { authorization: `Bearer ${SECRET}` };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Sends, and gives what was stored of it. */
async function stored(preset: string, sent: Sent): Promise<readonly Arrival[]> {
  const before = listener.arrivals.length;
  const answer = await listener.post(preset, sent);
  expect(answer.status, answer.body).toBeLessThan(300);
  return listener.arrivals.slice(before);
}

async function only(preset: string, sent: Sent): Promise<Arrival> {
  const [arrival, ...more] = await stored(preset, sent);
  if (arrival === undefined || more.length > 0) throw new Error(`${preset} stored ${more.length + 1} events`);
  return arrival;
}

const nothingStored = async (work: () => Promise<RawAnswer>): Promise<RawAnswer> => {
  const before = listener.arrivals.length;
  const answer = await work();
  expect(listener.arrivals.length).toBe(before);
  return answer;
};

describe('bodies as they come', () => {
  it('SNS: JSON that calls itself text, with JSON in a string inside', async () => {
    const finding = {
      'detail-type': 'GuardDuty Finding',
      detail: { title: 'Tor', severity: 8.2, id: 'f-1' },
    };
    const body = listener.sns.sign({
      Type: 'Notification',
      MessageId: '5f1c8a52-0000-4000-8000-00000000000a',
      TopicArn: TOPIC,
      Message: JSON.stringify(finding),
      Timestamp: '2026-01-01T00:00:00.000Z',
    });
    const arrival = await only('aws-sns', { headers: { 'content-type': 'text/plain; charset=UTF-8' }, body });
    expect(await listener.mapped(arrival)).toMatchObject({
      title: 'Tor',
      severity: 'high',
      source_event_id: 'f-1',
    });
  });

  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    [
      'github',
      { 'x-github-event': 'issues', 'x-github-delivery': 'f-1' },
      'payload',
      '{"action":"opened","issue":{"title":"Form","number":1}}',
    ],
    ['slack', {}, 'payload', '{"type":"block_actions","trigger_id":"t-1","actions":[{"action_id":"Form"}]}'],
    ['datadog', {}, 'payload', '{"title":"Form","id":"1","date":"1767225600000"}'],
    ['new-relic', {}, 'alert', '{"short_description":"Form","severity":"critical"}'],
  ])('%s: JSON in a field of a form', async (preset, headers, field, payload) => {
    const body = new URLSearchParams({ x: '1', [field]: payload }).toString();
    const arrival = await only(preset, { headers: { ...FORM, ...headers }, body });
    expect(arrival.event.body).toBe(payload);
    expect((await listener.mapped(arrival))['title']).toMatch(/Form$/);
  });

  it.each<[string, string]>([
    ['datadog', 'title=Plain+fields&id=2&date=1767225600000&alert_transition=Triggered'],
    ['freshdesk', 'ticket_id=7&ticket_subject=Plain+fields&ticket_priority=High'],
    ['slack', 'command=%2Fplain&text=Plain+fields&trigger_id=t-2'],
  ])('%s: a form that is its fields', async (preset, body) => {
    const arrival = await only(preset, { headers: FORM, body });
    const { title } = await listener.mapped(arrival);
    expect(title).toMatch(/Plain fields$/);
  });

  it('a batch: good elements are stored, a bad one is quarantined, each by its own', async () => {
    const alert = (n: number): Record<string, unknown> => ({
      status: 'firing',
      labels: { alertname: `Batch${n}`, severity: 'page' },
      startsAt: `2026-01-0${n}T00:00:00.123456789Z`,
    });
    const { startsAt: _, ...bad } = alert(2);
    const body = JSON.stringify({ version: '4', groupKey: '{}', alerts: [alert(1), bad, alert(3)] });
    const before = listener.rejected.length;
    const answer = await listener.post('alertmanager', { body });
    expect(answer.status).toBe(202);
    expect(jsonOf(answer)['events']).toMatchObject([
      { status: 'queued' },
      { status: 'quarantined' },
      { status: 'queued' },
    ]);
    expect(listener.rejected.slice(before)).toMatchObject([{ code: 'schema_mismatch', quarantined: {} }]);
  });

  it('a list at the top', async () => {
    const event = (id: string): unknown => ({
      id,
      eventType: 'Microsoft.Storage.BlobCreated',
      topic: '/t',
      data: {},
    });
    const arrivals = await stored('azure-event-grid', { body: JSON.stringify([event('l-1'), event('l-2')]) });
    expect(arrivals.map(({ event: { deliveryKey } }) => deliveryKey)).toEqual([
      'body:l-1|/t||Microsoft.Storage.BlobCreated|',
      'body:l-2|/t||Microsoft.Storage.BlobCreated|',
    ]);
  });

  it.each<[string, string]>([
    ['27 levels', `{"title":"deep","x":${'{"a":'.repeat(26)}1${'}'.repeat(26)}}`],
    [
      'keys of every object',
      '{"title":"keys","toString":{"valueOf":1},"__proto__":{"title":"p"},"constructor":null}',
    ],
    [
      'numbers that no double holds',
      '{"title":"digits","id":9007199254740993,"n":1.10,"m":-0.0,"big":123456789012345678901234567890}',
    ],
    ['spaces and escapes', '{ "title" : "sp\\u0061ce" ,\n\t"x" : [ ] }'],
  ])('%s stay as they are, to the last character', async (_, body) => {
    const arrival = await only('generic', { body });
    expect(arrival.event.body).toBe(body);
    const { raw, title } = await listener.mapped(arrival);
    expect(raw).toBe(body);
    expect(title).toMatch(/^(deep|keys|digits|space)$/);
  });

  it('digits come through where they are an id', async () => {
    const arrival = await only('generic', { body: '{"title":"id","id":12345678901234567890}' });
    expect((await listener.mapped(arrival))['source_event_id']).toBe('12345678901234567890');
    const nano =
      '{"action":"Create","alert":{"alertId":"n-1","message":"m","updatedAt":1767225600123456789}}';
    const opsgenie = await only('opsgenie', { body: nano });
    expect(opsgenie.event.deliveryKey).toBe('body:n-1|Create|1767225600123456789||');
    expect((await listener.mapped(opsgenie))['occurred_at']).toBe('2026-01-01T00:00:00.123Z');
  });

  it.each([
    ['seconds', 1767225600, '2026-01-01T00:00:00.000Z'],
    ['milliseconds', 1767225600123, '2026-01-01T00:00:00.123Z'],
    ['microseconds', 1767225600123456, '2026-01-01T00:00:00.123Z'],
    ['nanoseconds, as text', '1767225600123456789', '2026-01-01T00:00:00.123Z'],
    ['seven digits of fraction', '2026-01-01T00:00:00.1234567Z', '2026-01-01T00:00:00.123Z'],
    ['nine, and an offset', '2026-01-01T01:00:00.123456789+01:00', '2026-01-01T00:00:00.123Z'],
    ['no zone', '2026-01-01 00:00:00', '2026-01-01T00:00:00.000Z'],
  ])('occurred_at: %s', async (title, time, expected) => {
    const arrival = await only('generic', { body: JSON.stringify({ title, time }) });
    expect((await listener.mapped(arrival))['occurred_at']).toBe(expected);
  });

  it("occurred_at: Go's zero time is none, and then it is the time of receipt", async () => {
    const arrival = await only('generic', { body: '{"title":"zero","time":"0001-01-01T00:00:00Z"}' });
    const { occurred_at } = await listener.mapped(arrival);
    expect(occurred_at).toBe(new Date(arrival.event.receivedAt).toISOString());
  });

  it('gzip: the signature is that of the JSON, and so is what is stored', async () => {
    const body = '{"title":"zipped","severity":"low"}';
    const headers = { ...BEARER, 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const before = listener.arrivals.length;
    const answer = await listener.bare('/hooks/generic', { headers, body: gzipSync(body) });
    expect(answer.status, answer.body).toBe(202);
    expect(listener.arrivals[before]?.event.body).toBe(body);
  });

  it('CloudEvents: binary without data and without a type, and an empty batch', async () => {
    const attributes = { 'ce-specversion': '1.0', 'ce-type': 't.gone', 'ce-source': '/s', 'ce-id': 'n-1' };
    const before = listener.arrivals.length;
    const none = await listener.bare('/hooks/cloudevents', {
      headers: { ...BEARER, ...attributes },
      body: '',
    });
    expect(none.status, none.body).toBe(202);
    expect(listener.arrivals.slice(before).map(({ event }) => event.body)).toEqual([
      '{"specversion":"1.0","type":"t.gone","source":"/s","id":"n-1"}',
    ]);
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const empty = await nothingStored(() => listener.post('cloudevents', { headers, body: '[]' }));
    expect([empty.status, jsonOf(empty)['status']]).toEqual([202, 'ignored']);
    // What is no event at all is still said to be empty, and everybody else still has to say what it sends
    expect((await listener.bare('/hooks/cloudevents', { headers: BEARER, body: '' })).status).toBe(400);
    expect((await listener.bare('/hooks/generic', { headers: BEARER, body: '' })).status).toBe(415);
    expect((await listener.bare('/hooks/cloudevents', { headers: BEARER, body: '{}' })).status).toBe(415);
  });

  it('Datadog: a secret in the body lets in, and is seen nowhere after', async () => {
    const secret = JSON.stringify(SECRET);
    const sends = [
      {
        headers: { 'content-type': 'application/json' },
        body: `{"id":9007199254740993,"secret": ${secret} ,"title":"in the body","date":1}`,
      },
      {
        headers: FORM,
        body: new URLSearchParams({ secret: SECRET, title: 'in a form', id: '3', date: '1' }).toString(),
      },
    ];
    const before = listener.arrivals.length;
    for (const sent of sends) expect((await listener.bare('/hooks/datadog', sent)).status).toBe(202);
    const bodies = listener.arrivals.slice(before).map(({ event }) => event.body);
    expect(bodies).toEqual([
      '{"id":9007199254740993,"secret": "[redacted]" ,"title":"in the body","date":1}',
      '{"secret":"[redacted]","title":"in a form","id":"3","date":"1"}',
    ]);
    const wrong = '{"secret":"another","title":"x"}';
    const headers = { 'content-type': 'application/json' };
    expect((await listener.bare('/hooks/datadog', { headers, body: wrong })).status).toBe(401);
  });

  it('and a secret in a body that breaks the schema is not quarantined with it', async () => {
    const before = listener.rejected.length;
    const body = JSON.stringify({ secret: SECRET, nothing: 'to call it by' });
    const headers = { 'content-type': 'application/json' };
    expect((await listener.bare('/hooks/datadog', { headers, body })).status).toBe(422);
    const kept = JSON.stringify(listener.rejected.slice(before));
    expect(kept).toContain('[redacted]');
    expect(kept).not.toContain(SECRET);
  });
});
