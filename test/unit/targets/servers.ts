import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import net from 'node:net';
import type { TargetSettings } from '../../../src/model/settings.js';

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

function listen(server: net.Server, scheme: string): Promise<RunningServer> {
  const sockets = new Set<net.Socket>();
  const track = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  };
  server.on('connection', track);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        port,
        url: `${scheme}://127.0.0.1:${port}`,
        close: () =>
          new Promise((closed) => {
            for (const socket of sockets) socket.destroy();
            server.close(() => closed());
          }),
      });
    });
  });
}

export function startHttp(handler: RequestListener): Promise<RunningServer> {
  return listen(createServer(handler), 'http');
}

export function startHttps(
  pair: { key: string; cert: string },
  handler: RequestListener,
): Promise<RunningServer> {
  return listen(createTlsServer(pair, handler), 'https');
}

/** A server that speaks (or does not speak) whatever the handler wants, byte by byte. */
export function startRaw(handler: (socket: net.Socket) => void): Promise<RunningServer> {
  return listen(net.createServer(handler), 'http');
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await startRaw(() => {});
  await server.close();
  return server.port;
}

export function targetSettings(url: string, over: Partial<TargetSettings> = {}): TargetSettings {
  return {
    name: 'soar',
    type: 'komand',
    url,
    publicUrl: 'https://komand.example.com/',
    username: 'bridge',
    password: 'correct-horse',
    tokenAs: 'bearer',
    tls: { insecureSkipVerify: false },
    timeout: 5_000,
    concurrency: 8,
    sessionMax: 600_000,
    ...over,
  };
}

/** An unsigned token with these claims: the bridge never checks the signature, Komand does. */
export function jwt(claims: Record<string, unknown>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;
}
