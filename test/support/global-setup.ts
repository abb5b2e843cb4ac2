import { findRedisServer, installRedisServer } from '../../src/queue/redis-server.js';

/** The real parts that the tests run against, installed once before anything starts. */
export default async function setup(): Promise<void> {
  if ((await findRedisServer()) !== undefined) return;
  await installRedisServer((line) => console.error(line));
  if ((await findRedisServer()) === undefined) {
    throw new Error('The tests need redis-server 6.2 or later, and what was installed is older.');
  }
}
