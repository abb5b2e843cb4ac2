import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLiveChannel } from '../../../src/queue/live-channel.js';
import { openTestStore, PREFIX, type TestStore } from '../../support/open-test-store.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';

describe('what processes tell each other live', () => {
  let redis: TestRedis;
  let store: TestStore;
  beforeAll(async () => {
    redis = await startRedis();
    store = await openTestStore({ url: redis.url });
  });
  afterAll(async () => {
    await store.close();
    await redis.close();
  });

  it('is not even made while nobody listens, arrives while somebody does, and ends with that', async () => {
    const { quick: client, patient: subscribing } = store.connections;
    const heard: string[] = [];
    const open = (hear: (message: string) => void) =>
      createLiveChannel({ client, subscribing, prefix: PREFIX, heard: hear });
    const [listener, teller] = [open((message) => heard.push(message)), open(() => undefined)];
    let made = 0;
    const tell = (): void =>
      teller.tell(() => {
        made += 1;
        return `message ${made}`;
      });
    tell();
    expect(made).toBe(0);
    listener.listen(true);
    await waitUntil('a message', () => {
      tell();
      return heard.length > 0;
    });
    listener.listen(false);
    const before = made;
    expect(before).toBeGreaterThan(0);
    await waitUntil('the wish to be over', () => {
      const was = made;
      tell();
      return made === was;
    });
    await Promise.all([listener.close(), teller.close()]);
  });
});
