import { createServer } from 'node:net';

/** Below the range that Linux takes the ports of outgoing connections from: a program that is killed finds its port free again. */
const LOWEST = 12_000;
const HIGHEST = 32_000;

/** @type {Set<number>} */
const given = new Set();

/** @returns {Promise<number>} a port of 127.0.0.1 that nobody listens on, and that is given once only */
export async function freePort() {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
