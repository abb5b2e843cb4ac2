import type { IncomingMessage, ServerResponse } from 'node:http';
import { jwt, type RunningServer, startHttp } from './servers.js';

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** The least of a Komand: logins counted, tokens that can be revoked, and a handler for the rest. */
export interface TinyKomand extends RunningServer {
  logins: number;
  readonly posts: string[];
  readonly headers: IncomingMessage['headers'][];
  valid: string;
  login: Handler | undefined;
  handler: Handler;
}

/** Starts it on a free port. */
export async function startTinyKomand(): Promise<TinyKomand> {
  const komand: Omit<TinyKomand, keyof RunningServer> = {
    logins: 0,
    posts: [],
    headers: [],
    valid: '',
    login: undefined,
    handler: (_request, response) => response.end('{"job_id":"j-1","message":"event published to queue"}'),
  };
  const server = await startHttp((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.url === '/v2/sessions') {
        komand.logins += 1;
        if (komand.login !== undefined) return komand.login(request, response, body);
        komand.valid = jwt({ sub: `login-${komand.logins}`, perms: ['APP'] });
        return response.end(JSON.stringify({ token: komand.valid }));
      }
      const { authorization, cookie } = request.headers;
      if (authorization !== `Bearer ${komand.valid}` && cookie !== `jwt=${komand.valid}`) {
        return response.writeHead(401).end('{}');
      }
      komand.headers.push(request.headers);
      if (request.method === 'POST') komand.posts.push(`${request.url} ${body}`);
      return komand.handler(request, response, body);
    });
  });
  return Object.assign(komand, server);
}
