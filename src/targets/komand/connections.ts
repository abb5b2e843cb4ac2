import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Connector } from './connector.js';

/**
 * An idle connection is closed after 4 s: before the shortest usual server limit (Node's own: 5 s), because a request
 * that meets the server's close on its way cannot be told from one that was accepted.
 */
const IDLE_MS = 4_000;
const MAX_HEADERS_BYTES = 16 * 1_024;

/**
 * One connection, made when it is first needed and again when it was closed meanwhile; for one request at a time.
 * undici lets the event loop read what has come on a kept connection before it asks something on it, and drops it when
 * there was anything: it would be taken for the answer.
 */
export interface Connection {
  readonly client: Client;
  /** The established connection that the client uses; `undefined` before the first. */
  readonly socket: Socket | undefined;
}

/** Keep-alive connections to one target, as many as there are requests at a time. */
export class Connections {
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];

  /** `origin`: the target's URL without a path. */
  constructor(
    private readonly origin: string,
    private readonly connector: Connector,
  ) {}

  /** The one that was used last is the least likely to have been closed. */
  take(): Connection {
    return this.#idle.pop() ?? this.#open();
  }

  /** For the next request. */
  giveBack(connection: Connection): void {
    this.#idle.push(connection);
  }

  /** Breaks it, and whatever is under way on it fails with `error`. */
  drop(connection: Connection, error: Error): void {
    this.#all.delete(connection);
    connection.client.destroy(error, ignore);
  }

  close(): void {
    this.connector.close();
    for (const connection of this.#all) this.drop(connection, new Error('closed'));
    this.#idle.length = 0;
  }

  #open(): Connection {
    const opened: { client: Client; socket: Socket | undefined } = {
      socket: undefined,
      client: new Client(this.origin, {
        connect: (options, done) =>
          this.connector.connect(options, (...made) => {
            opened.socket = made[1] ?? undefined;
            done(...made);
          }),
        keepAliveTimeout: IDLE_MS,
        keepAliveMaxTimeout: IDLE_MS,
        maxHeaderSize: MAX_HEADERS_BYTES,
        // A call has a time limit as a whole
        headersTimeout: 0,
        bodyTimeout: 0,
      }),
    };
    this.#all.add(opened);
    return opened;
  }
}

function ignore(): void {}
