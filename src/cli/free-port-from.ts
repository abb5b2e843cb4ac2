import { createServer } from 'node:net';

const TRIES = 50;

/** The first port from `start` on that is free on 127.0.0.1; `start` itself where none of 50 is. */
export async function freePortFrom(start: number): Promise<number> {
  for (let port = start; port < start + TRIES; port += 1) {
    if (await isFree(port)) return port;
  }
  return start;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
