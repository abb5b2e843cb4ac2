import { connect, createServer, type Server, type Socket } from 'node:net';
import { jwt } from '../unit/targets/servers.js';
import { answer, type Drive } from './komand-attacks.js';

export interface HostileKomand {
  readonly url: string;
  readonly token: string;
  /** What it does with the next event; after that it is a good Komand again. */
  next: Buffer | string | Drive | undefined;
  /** What it does with the next login. */
  nextLogin: Buffer | string | undefined;
  /** `POST /path body`, in order. */
  readonly requests: string[];
  /** Connections that are open. */
  open(): number;
  /** The most that it could write on one connection, in bytes. */
  mostWritten(): number;
  close(): Promise<void>;
}

/** A Komand on a bare socket: it logs everybody in, answers an event with `job-of-<id of its body>`, and obeys `next`. */
export async function startHostileKomand(): Promise<HostileKomand> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let mostWritten = 0;
  const token = jwt({ sub: 'the session of the bridge', perms: ['APP'] });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      mostWritten = Math.max(mostWritten, socket.bytesWritten - socket.writableLength);
      sockets.delete(socket);
    });
    readRequests(socket, (path, body) => {
      requests.push(`${path} ${body}`);
      const made = path === 'POST /v2/sessions' ? takeLogin() : takeEvent(body);
      if (typeof made === 'function') made(socket);
      else socket.write(made);
    });
  });
  const takeLogin = (): Buffer | string => {
    const given = komand.nextLogin ?? answer(JSON.stringify({ token }));
    komand.nextLogin = undefined;
    return given;
  };
  const takeEvent = (body: string): Buffer | string | Drive => {
    const id = /"id":"([^"]*)"/.exec(body)?.[1] ?? '';
    const given = komand.next ?? answer(JSON.stringify({ job_id: `job-of-${id}` }));
    komand.next = undefined;
    return given;
  };
  const komand: HostileKomand = {
    url: `http://127.0.0.1:${await listen(server)}`,
    token,
    next: undefined,
    nextLogin: undefined,
    requests,
    open: () => sockets.size,
    mostWritten: () => mostWritten,
    close: () => closeAll(server, sockets),
  };
  return komand;
}

export interface Stranger {
  readonly url: string;
  /** How often somebody connected. */
  readonly visits: () => number;
  close(): Promise<void>;
}

/** Somebody whom the bridge must never talk to. */
export async function startStranger(): Promise<Stranger> {
  let visits = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    visits += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).destroy();
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  // It can be reached, or "no visit" would prove nothing
  await new Promise((resolve) => connect(Number(new URL(url).port), '127.0.0.1').once('close', resolve));
  const self = visits;
  return { url, visits: () => visits - self, close: () => closeAll(server, sockets) };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    for (const socket of sockets) socket.destroy();
    server.close(() => resolve());
  });
}

/** Calls `each` with `METHOD /path` and the body of every whole request. */
function readRequests(socket: Socket, each: (path: string, body: string) => void): void {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (;;) {
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (end < 0 || text.length < end + 4 + length) return;
      const [method = '', path = ''] = text.split(' ', 2);
      const body = text.slice(end + 4, end + 4 + length);
      text = text.slice(end + 4 + length);
      each(`${method} ${path}`, body);
    }
  });
}
