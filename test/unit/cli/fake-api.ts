import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  /** `POST /api/v1/bulk?x=y` */
  readonly line: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server in the place of a bridge's operations API. */
export interface FakeApi {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly seen: Seen[];
  /** Answers by `GET /api/v1/…` without the query; the last one given counts. */
  on(route: string, answer: Answer | { readonly status?: number; readonly body: unknown }): void;
  close(): Promise<void>;
}

export async function startFakeApi(): Promise<FakeApi> {
  const answers = new Map<string, Answer>();
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      seen.push({
        line: `${request.method} ${request.url}`,
        body: text === '' ? undefined : JSON.parse(text),
        authorization: request.headers.authorization,
      });
      const answer = answers.get(`${request.method} ${request.url?.split('?')[0]}`);
      if (answer !== undefined) return answer(request, response);
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'not_found', detail: 'There is nothing at this address.' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    env: { BRIDGE_OPS_URL: url, BRIDGE_OPS_TOKEN: 'an-ops-token' },
    seen,
    on: (route, answer) => {
      const json: Answer = (request, response) => {
        if (typeof answer === 'function') return answer(request, response);
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body));
      };
      answers.set(route, json);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
