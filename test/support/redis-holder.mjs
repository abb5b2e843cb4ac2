// A bridge reduced to its Redis: starts one on a folder, says so in one line of JSON, and waits to be killed.
import { findRedisServer, startRedisServer } from '../../dist/queue/redis-server.js';

const [dir, port] = process.argv.slice(2);
try {
  const server = await startRedisServer({ binary: await findRedisServer(), dir, port: Number(port) });
  process.stdout.write(`${JSON.stringify({ pid: server.pid, port: server.port })}\n`);
  setInterval(() => undefined, 60_000);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ name: error.name, message: error.message })}\n`);
  process.exit(7);
}
