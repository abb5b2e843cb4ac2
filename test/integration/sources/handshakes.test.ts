import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const nothingStored = async (work: () => Promise<RawAnswer>): Promise<RawAnswer> => {
  const before = listener.arrivals.length;
  const answer = await work();
  expect(listener.arrivals.length).toBe(before);
  return answer;
};

describe('handshakes, before any schema', () => {
  const confirmation = {
    Type: 'SubscriptionConfirmation',
    MessageId: '5f1c8a52-0000-4000-8000-000000000009',
    TopicArn: TOPIC,
    Message: 'You have chosen to subscribe.',
    Token: 'tok',
    Timestamp: '2026-01-01T00:00:00.000Z',
    SubscribeURL: `https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=tok`,
  };
  const text = { 'content-type': 'text/plain; charset=UTF-8' };
  const sns = (fields: Readonly<Record<string, unknown>>): Promise<RawAnswer> =>
    nothingStored(() =>
      listener.post('aws-sns', { headers: text, body: listener.sns.sign({ ...confirmation, ...fields }) }),
    );

  it('SNS: a signed confirmation is followed once, its certificate fetched once', async () => {
    expect((await sns({})).status).toBe(200);
    expect((await sns({ Token: 'tok-2' })).status).toBe(200);
    const certificates = listener.fetched.filter((url) => url.endsWith('.pem'));
    expect(certificates).toHaveLength(1);
    expect(listener.fetched.filter((url) => url === confirmation.SubscribeURL)).toHaveLength(2);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/?Action=ConfirmSubscription',
    'https://sns.eu-central-1.amazonaws.com.example.net/?Action=ConfirmSubscription',
    'https://127.0.0.1/?Action=ConfirmSubscription',
  ])('SNS: never follows %s, however well signed', async (SubscribeURL) => {
    const before = listener.fetched.length;
    expect((await sns({ SubscribeURL })).status).toBe(400);
    expect(listener.fetched.slice(before)).toEqual([]);
  });

  it('SNS: never fetches a certificate from elsewhere, nor follows what is not signed', async () => {
    const before = listener.fetched.length;
    const signed = JSON.parse(listener.sns.sign(confirmation)) as Record<string, unknown>;
    for (const over of [
      { SigningCertURL: 'https://sns.eu-central-1.amazonaws.com.example.net/x.pem' },
      { SigningCertURL: 'http://sns.eu-central-1.amazonaws.com/x.pem' },
      { SigningCertURL: 'https://169.254.169.254/x.pem' },
      { Token: 'other' },
    ]) {
      const body = JSON.stringify({ ...signed, ...over });
      const answer = await nothingStored(() => listener.post('aws-sns', { headers: text, body }));
      expect(answer.status).toBe(401);
    }
    expect(listener.fetched.slice(before)).toEqual([]);
  });

  it('Event Grid: the code of a validation comes back, to who knows the secret', async () => {
    const eventType = 'Microsoft.EventGrid.SubscriptionValidationEvent';
    const body = JSON.stringify([{ id: 'v', eventType, topic: '', data: { validationCode: 'code-1' } }]);
    const answer = await nothingStored(() => listener.post('azure-event-grid', { body }));
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({ validationResponse: 'code-1' });
    const headers = { 'content-type': 'application/json' };
    expect((await listener.bare('/hooks/azure-event-grid', { headers, body })).status).toBe(401);
  });

  it('CloudEvents: consent by OPTIONS, with the token in either place, to nobody else', async () => {
    const origin = { 'webhook-request-origin': 'sender.example.com', 'webhook-request-rate': '60' };
    const ask = (sent: Omit<Sent, 'body'>): Promise<RawAnswer> =>
      listener.bare('/hooks/cloudevents', { method: 'OPTIONS', body: '', ...sent });
    const consent = await ask({ headers: { ...origin, ...BEARER } });
    expect(consent.status).toBe(200);
    expect(consent.headers).toMatchObject({
      'webhook-allowed-origin': 'sender.example.com',
      'webhook-allowed-rate': '60',
    });
    const query = `access_token=${encodeURIComponent(SECRET)}`;
    expect((await ask({ headers: origin, query })).status).toBe(200);
    expect((await ask({ headers: origin })).status).toBe(401);
    expect((await ask({ headers: origin, query: 'access_token=wrong' })).status).toBe(401);
  });

  it('Okta: the challenge of a GET comes back, to who knows the secret', async () => {
    const challenge = { 'x-okta-verification-challenge': 'c-1' };
    const ask = (headers: Readonly<Record<string, string>>): Promise<RawAnswer> =>
      listener.bare('/hooks/okta', { method: 'GET', headers, body: '' });
    const answer = await ask({ ...challenge, authorization: SECRET });
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({ verification: 'c-1' });
    expect((await ask(challenge)).status).toBe(401);
    expect((await ask({ authorization: SECRET })).status).toBe(405);
  });

  it('Slack: the challenge comes back', async () => {
    const body = JSON.stringify({ token: 't', challenge: 'c-2', type: 'url_verification' });
    const answer = await nothingStored(() => listener.post('slack', { body }));
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({ challenge: 'c-2' });
  });

  it.each<[string, Sent]>([
    ['github', { headers: { 'x-github-event': 'ping', 'x-github-delivery': 'p-1' }, body: '{"zen":"z"}' }],
    ['pagerduty', { body: '{"event":{"id":"p","event_type":"pagey.ping","data":{"message":"Hello"}}}' }],
    ['insightidr', { headers: { 'x-rapid7-event': 'test' }, body: '{"webhook_id":"w"}' }],
    [
      'grafana',
      {
        body: '{"receiver":"test","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"TestAlert","instance":"Grafana"},"annotations":{},"startsAt":"2026-01-01T00:00:00Z"}]}',
      },
    ],
  ])('%s: its test is answered and goes nowhere', async (preset, sent) => {
    const answer = await nothingStored(() => listener.post(preset, sent));
    expect(answer.status).toBe(202);
    expect(jsonOf(answer)['status']).toBe('ignored');
  });
});
