import type { RedisClient } from './connect.js';

/**
 * What the processes of a bridge tell each other of what they see, over Redis' publish and subscribe: nothing is kept,
 * and nothing is sent while nobody listens.
 */
export interface LiveChannel {
  /** Sends it to the processes that listen; not even made while none does. Never rejects. */
  tell(message: () => string): void;
  /** Begins to listen, or ends it. Messages of this process itself come back, too. */
  listen(on: boolean): void;
  close(): Promise<void>;
}

/** Whoever listens says so for so long, and again before it is over. Milliseconds. */
const WANTED_MS = 6_000;
const ASK_EVERY_MS = 2_000;
/** More than that within one turn of asking is left out: the tail is for looking at, and must not cost deliveries. */
const MOST_A_TURN = 1_000;

export function createLiveChannel(deps: {
  readonly client: RedisClient;
  /** A connection like this one is opened to listen: one that nothing times out on. */
  readonly subscribing: RedisClient;
  readonly prefix: string;
  readonly heard: (message: string) => void;
}): LiveChannel {
  const { client, subscribing, prefix, heard } = deps;
  const channel = `${prefix}:{live}:events`;
  const wantedKey = `${prefix}:{live}:wanted`;
  let wanted = false;
  let listening = false;
  let told = 0;
  let subscriber: RedisClient | undefined;
  let closed = false;

  const subscribe = (): void => {
    if (subscriber !== undefined) return;
    // A connection that has subscribed to something can do nothing else
    const own: RedisClient = 'nodes' in subscribing ? subscribing.duplicate() : subscribing.duplicate();
    subscriber = own;
    // Told by the connection that everybody uses
    own.on('error', () => undefined);
    own.on('message', (_channel: string, message: string) => {
      if (message !== '') heard(message);
    });
    own.on('ready', () => void own.subscribe(channel).catch(() => undefined));
  };

  /** While Redis is away there is nobody to tell. */
  const ask = async (): Promise<void> => {
    told = 0;
    if (listening) {
      await client.set(wantedKey, '1', 'PX', WANTED_MS);
      // A connection on which nothing comes would count as broken
      await client.publish(channel, '');
    }
    wanted = listening || (await client.exists(wantedKey)) === 1;
  };
  let asking = Promise.resolve();
  const go = (): void => {
    asking = asking.then(() => (closed ? undefined : ask())).catch(() => void (wanted = false));
  };
  const timer = setInterval(go, ASK_EVERY_MS);

  return {
    tell(message) {
      if (!wanted || told >= MOST_A_TURN) return;
      told += 1;
      client.publish(channel, message()).catch(() => undefined);
    },
    listen(on) {
      if (listening === on || closed) return;
      listening = on;
      if (on) subscribe();
      else {
        subscriber?.disconnect();
        subscriber = undefined;
      }
      go();
    },
    close: async () => {
      closed = true;
      clearInterval(timer);
      subscriber?.disconnect();
      await asking;
    },
  };
}
