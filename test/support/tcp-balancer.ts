import { connect, createServer, type Socket } from 'node:net';
import { freePort } from './free-port.js';

/** How often each node is asked whether it is ready, and how long its answer may take. Milliseconds. */
const ASK_EVERY = 100;
const ASK_PATIENCE = 1_000;

export interface BalancedNode {
  readonly hooksUrl: string;
  readonly opsUrl: string;
}

export interface TcpBalancer {
  readonly url: string;
  /** Connections that the node got so far. */
  connectionsTo(node: BalancedNode): number;
  sees(node: BalancedNode, state: 'ready' | 'unready'): boolean;
  close(): Promise<void>;
}

/**
 * What stands in front of the ingresses in production, at its simplest: it asks `/readyz`, gives each new connection to
 * the next node that is ready, and knows nothing of HTTP. A connection stays where it is until one of its ends closes it.
 */
export async function openTcpBalancer(nodes: readonly BalancedNode[]): Promise<TcpBalancer> {
  const ready = new Map(nodes.map((node) => [node.opsUrl, true]));
  const connections = new Map<string, number>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const closed = new AbortController();

  const watch = async (node: BalancedNode): Promise<void> => {
    while (!closed.signal.aborted) {
      ready.set(node.opsUrl, await isReady(node.opsUrl));
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY));
    }
  };
  const watching = nodes.map(watch);

  const next = (): BalancedNode | undefined => {
    const open = nodes.filter((node) => ready.get(node.opsUrl) === true);
    turn += 1;
    return open[turn % open.length];
  };
  const server = createServer({ noDelay: true }, (from) => {
    const node = next();
    if (node === undefined) {
      from.destroy();
      return;
    }
    connections.set(node.opsUrl, (connections.get(node.opsUrl) ?? 0) + 1);
    const to = connect({ port: Number(new URL(node.hooksUrl).port), host: '127.0.0.1', noDelay: true });
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    from.pipe(to).pipe(from);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    connectionsTo: ({ opsUrl }) => connections.get(opsUrl) ?? 0,
    sees: ({ opsUrl }, state) => ready.get(opsUrl) === (state === 'ready'),
    close: async () => {
      closed.abort();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(watching);
    },
  };
}

async function isReady(opsUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(`${opsUrl}/readyz`, { signal: AbortSignal.timeout(ASK_PATIENCE) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
