import type { RedisSettings } from '../model/settings.js';
import { openRedis, type RedisConnections } from '../queue/connect.js';
import { CliError, EXIT } from './exit-code.js';

const CONNECT_MS = 3_000;

/** Runs `work` with a connected Redis and closes it. Throws a `CliError` dependencyDown where none answers in 3 s. */
export async function withRedis<T>(
  settings: RedisSettings,
  work: (connections: RedisConnections) => Promise<T>,
): Promise<T> {
  const connections = openRedis(settings, () => undefined);
  try {
    await Promise.all([ready(connections.quick, settings.mode), ready(connections.patient, settings.mode)]);
    return await work(connections);
  } finally {
    await connections.close();
  }
}

function ready(client: RedisConnections['quick'], mode: RedisSettings['mode']): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      clearTimeout(late);
      reject(new CliError('Redis does not answer.', EXIT.dependencyDown));
    };
    const late = setTimeout(fail, CONNECT_MS);
    // One server that refuses says it all; of several, another may answer
    if (mode === 'single') client.once('close', fail);
    client.once('ready', () => {
      clearTimeout(late);
      client.off('close', fail);
      resolve();
    });
  });
}
