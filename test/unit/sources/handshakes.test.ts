import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/json.js';
import { Problem } from '../../../src/model/problem.js';
import type { HandshakeAnswer } from '../../../src/model/source.js';
import { compileHandshake, compilePreflight } from '../../../src/sources/handshakes/compile-handshakes.js';
import type { HandshakeDeps } from '../../../src/sources/handshakes/handshake-deps.js';
import type { HandshakeName } from '../../../src/sources/preset.js';
import { request } from './requests.js';

function deps(own: Partial<HandshakeDeps> & { fetched?: string[] } = {}): HandshakeDeps {
  return {
    fetchText: (url) => {
      own.fetched?.push(url);
      return Promise.resolve('<ok/>');
    },
    authenticate: ({ headers }) =>
      headers['authorization'] === 's3cret'
        ? { ok: true, secretIndex: 0 }
        : { ok: false, cause: 'missing', detail: '' },
    ...own,
  };
}

async function shake(name: HandshakeName, body: Json, own = deps()): Promise<HandshakeAnswer | undefined> {
  return compileHandshake([name], [], 202, own)?.(request(''), body);
}

describe('event-grid', () => {
  const validation = {
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    data: { validationCode: 'code-1', validationUrl: 'https://example.com' },
  };
  it('echoes the code', async () => {
    expect(await shake('event-grid', [validation])).toMatchObject({
      status: 200,
      body: { validationResponse: 'code-1' },
    });
  });
  it('leaves events alone', async () => {
    expect(await shake('event-grid', [{ eventType: 'x', data: { validationCode: 'c' } }])).toBeUndefined();
    expect(await shake('event-grid', [null, 1, {}])).toBeUndefined();
  });
});

describe('slack', () => {
  it('echoes the challenge', async () => {
    const body = { type: 'url_verification', challenge: 'c-1' };
    expect(await shake('slack', body)).toMatchObject({ status: 200, body: { challenge: 'c-1' } });
    expect(await shake('slack', { type: 'event_callback' })).toBeUndefined();
  });
});

describe('sns', () => {
  const topic = 'arn:aws:sns:eu-west-1:000000000000:alerts';
  const good = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topic}&Token=t`;
  const body = (url: string): Json => ({
    Type: 'SubscriptionConfirmation',
    TopicArn: topic,
    SubscribeURL: url,
  });

  it('confirms by fetching the address', async () => {
    const fetched: string[] = [];
    expect(await shake('sns', body(good), deps({ fetched }))).toMatchObject({
      kind: 'handshake',
      status: 200,
    });
    expect(fetched).toEqual([good]);
  });

  it.each([
    'http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription',
    good.replace('sns.eu-west-1.amazonaws.com', 'sns.eu-west-1.amazonaws.com.example.net'),
    good.replace('sns.eu-west-1.amazonaws.com', 'xsns.eu-west-1.amazonaws.com'),
    good.replace('sns.eu-west-1.amazonaws.com', 'sns.eu-west-1.amazonaws.com:8443'),
    good.replace('https://', 'https://user:pass@'),
    good.replace('ConfirmSubscription', 'DeleteTopic'),
    good.replace(topic, `${topic}-other`),
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
    'not an address',
  ])('never fetches %s', async (url) => {
    const fetched: string[] = [];
    // With a code, as every refusal: found by the fuzz run
    await expect(Promise.resolve(shake('sns', body(url), deps({ fetched })))).rejects.toMatchObject({
      code: 'bad_request',
      status: 400,
    });
    expect(fetched).toEqual([]);
  });

  it('asks SNS to come again when the address cannot be had', async () => {
    const fetchText = (): Promise<string> => Promise.reject(new Error('down'));
    expect(await shake('sns', body(good), deps({ fetchText }))).toMatchObject({
      status: 503,
      headers: { 'retry-after': '20' },
    });
  });

  it('ignores the end of a subscription and leaves notifications alone', async () => {
    expect(await shake('sns', { Type: 'UnsubscribeConfirmation' })).toMatchObject({ kind: 'ignored' });
    expect(await shake('sns', { Type: 'Notification' })).toBeUndefined();
  });
});

describe('pings', () => {
  it('are ignored with the status that the sender wants', async () => {
    const isPing = (_: unknown, body: Json): Promise<boolean> => Promise.resolve(body === 'ping');
    const handshake = compileHandshake([], [isPing], 200, deps());
    expect(await handshake?.(request(''), 'ping')).toMatchObject({ kind: 'ignored', status: 200 });
    expect(await handshake?.(request(''), 'event')).toBeUndefined();
    expect(compileHandshake([], [], 202, deps())).toBeUndefined();
  });
});

describe('requests that are no POST', () => {
  const okta = compilePreflight(['okta'], deps());
  const events = compilePreflight(['cloudevents'], deps());

  it('Okta: the challenge comes back to who knows the secret', async () => {
    const headers = { 'x-okta-verification-challenge': 'c-1', authorization: 's3cret' };
    expect(await okta?.(request('', { method: 'GET', headers }))).toMatchObject({
      status: 200,
      body: { verification: 'c-1' },
    });
    expect(
      await okta?.(request('', { method: 'GET', headers: { authorization: 's3cret' } })),
    ).toBeUndefined();
    expect(await okta?.(request('', { method: 'PUT', headers }))).toBeUndefined();
    const stranger = okta?.(
      request('', { method: 'GET', headers: { 'x-okta-verification-challenge': 'c-1' } }),
    );
    await expect(stranger).rejects.toBeInstanceOf(Problem);
  });

  it('CloudEvents: consent to the origin, at the rate it asks for', async () => {
    const headers = { 'webhook-request-origin': 'eventemitter.example.com', authorization: 's3cret' };
    expect(await events?.(request('', { method: 'OPTIONS', headers }))).toMatchObject({
      status: 200,
      headers: { 'webhook-allowed-origin': 'eventemitter.example.com', 'webhook-allowed-rate': '*' },
    });
    const asked = { ...headers, 'webhook-request-rate': '120' };
    expect(await events?.(request('', { method: 'OPTIONS', headers: asked }))).toMatchObject({
      headers: { 'webhook-allowed-rate': '120' },
    });
    const stranger = { 'webhook-request-origin': 'eventemitter.example.com' };
    await expect(events?.(request('', { method: 'OPTIONS', headers: stranger }))).rejects.toBeInstanceOf(
      Problem,
    );
  });

  it('nobody else makes any', () => {
    expect(compilePreflight(['slack', 'sns'], deps())).toBeUndefined();
  });
});
