import { createServer } from 'node:net';

/**
 * Below the range that Linux takes the ports of outgoing connections from, of which there are many while tests run side by
 * side; and above what a cluster's nodes take.
 */
const LOWEST = 23_000;
const HIGHEST = 32_000;

/** The first of so many ports of 127.0.0.1 in a row that nobody listens on. */
export async function freePort(inARow = 1): Promise<number> {
  for (;;) {
    const first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST - inARow));
    const ports = Array.from({ length: inARow }, (_, i) => first + i);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
