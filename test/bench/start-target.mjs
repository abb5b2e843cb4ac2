import { startNode } from './process.mjs';

/** The target of a bench; `stats()` tells what came since it was asked last. */
export async function startTarget() {
  const started = await startNode(new URL('target.mjs', import.meta.url).pathname);
  const { port } = JSON.parse(await started.next());
  const url = `http://127.0.0.1:${port}`;
  return {
    port,
    url,
    stats: async () => (await fetch(`${url}/stats`)).json(),
    close: () => started.close(),
  };
}
