import { findRedisServer, installRedisServer } from '../../src/queue/redis-server.js';
import { findChromium, installChromium } from './install-chromium.js';

/** The real parts that the tests run against, installed once before anything starts. */
export default async function setup(): Promise<void> {
  await needRedis();
  await needChromium();
}

async function needRedis(): Promise<void> {
  if ((await findRedisServer()) !== undefined) return;
  await installRedisServer((line) => console.error(line));
  if ((await findRedisServer()) === undefined) {
    throw new Error('The tests need redis-server 6.2 or later, and what was installed is older.');
  }
}

async function needChromium(): Promise<void> {
  if (findChromium() !== undefined) return;
  await installChromium((line) => console.error(line));
  if (findChromium() === undefined) throw new Error('The tests of the console need chromium; install it.');
}
