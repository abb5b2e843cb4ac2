import { connect, createServer } from 'node:net';

/**
 * Stands between a client and a server of this machine, and can do to their connections what a network does.
 * @typedef {Awaited<ReturnType<typeof openProxy>>} Proxy
 * @typedef {'up' | 'down'} Direction `up`: from the client to the server
 *
 * @typedef {object} Trouble
 * @property {boolean} [refuse] nobody listens; what was open is reset
 * @property {boolean} [silent] connections open, nothing passes either way, ever
 * @property {boolean} [loseReplies] requests pass, answers are lost
 * @property {boolean} [resetReplies] the connection is reset in place of an answer
 * @property {boolean} [resetNew] a new connection is reset at once
 * @property {number} [latencyMs] one way, each chunk
 * @property {number} [jitterMs] up to so much more
 * @property {number} [bytesPerSecond] downwards
 */

/**
 * @param {number} target the server's port
 * @param {() => number} random
 */
export async function openProxy(target, random) {
  /** @type {Trouble} */
  let trouble = {};
  /** Sees each chunk before it is passed on; `true` keeps it for good. @type {((direction: Direction, chunk: Buffer) => boolean) | undefined} */
  let spy;
  let serverPort = target;
  let bytesUp = 0;
  /** @type {Set<{ client: import('node:net').Socket, upstream: import('node:net').Socket }>} */
  const pairs = new Set();
  const server = createServer({ allowHalfOpen: false, noDelay: true }, (client) => {
    if (trouble.resetNew) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: serverPort, host: '127.0.0.1', noDelay: true });
    const pair = { client, upstream };
    pairs.add(pair);
    const drop = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    client.on('error', drop).on('close', drop);
    // Who is not there cannot be told from here but by a reset
    upstream.on('error', () => client.resetAndDestroy()).on('close', drop);
    client.on('data', passer('up', client, upstream));
    upstream.on('data', passer('down', client, upstream));
  });

  /** @param {Direction} direction @param {import('node:net').Socket} client @param {import('node:net').Socket} upstream */
  function passer(direction, client, upstream) {
    const to = direction === 'up' ? upstream : client;
    let freeAt = 0;
    /** @param {Buffer} chunk */
    return (chunk) => {
      if (direction === 'up') bytesUp += chunk.length;
      if (spy?.(direction, chunk) === true || trouble.silent) return;
      if (direction === 'down' && trouble.loseReplies) return;
      if (direction === 'down' && trouble.resetReplies) {
        client.resetAndDestroy();
        return;
      }
      const { latencyMs = 0, jitterMs = 0, bytesPerSecond } = trouble;
      if (latencyMs === 0 && bytesPerSecond === undefined && freeAt <= performance.now()) {
        to.write(chunk);
        return;
      }
      const slow =
        direction === 'down' && bytesPerSecond !== undefined ? (chunk.length / bytesPerSecond) * 1_000 : 0;
      freeAt = Math.max(freeAt + slow, performance.now() + latencyMs + random() * jitterMs + slow);
      setTimeout(() => to.destroyed || to.write(chunk), freeAt - performance.now());
    };
  }

  const cut = () => {
    for (const { client, upstream } of pairs) {
      client.resetAndDestroy();
      upstream.destroy();
    }
    pairs.clear();
  };
  /** @param {number} port @returns {Promise<number>} */
  const listen = (port) =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
      });
    });
  const port = await listen(0);
  return {
    port,
    /** Another trouble, or none, from now on. @param {Trouble} next */
    async set(next) {
      const open = server.listening;
      trouble = next;
      if (next.refuse && open) {
        server.close();
        cut();
      }
      if (!next.refuse && !open) await listen(port);
    },
    /** @param {typeof spy} next */
    watch: (next) => (spy = next),
    /** New connections lead to another server from now on. @param {number} next */
    retarget: (next) => (serverPort = next),
    /** What clients have sent so far. */
    bytesUp: () => bytesUp,
    /** Ends every open connection without a farewell. */
    cut,
    async close() {
      if (server.listening) server.close();
      cut();
    },
  };
}
