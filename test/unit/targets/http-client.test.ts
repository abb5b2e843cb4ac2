import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange, HttpCall } from '../../../src/targets/komand/call.js';
import { createHttpClient, type HttpClient } from '../../../src/targets/komand/http-client.js';
import { waitUntil } from '../../support/wait-until.js';
import { closedPort, startHttp, startRaw, targetSettings } from './servers.js';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function opened<T extends { close(): Promise<void> | void }>(thing: T | Promise<T>): Promise<T> {
  const open = await thing;
  closers.push(() => open.close());
  return open;
}

function client(url: string, over: Parameters<typeof targetSettings>[1] = {}): Promise<HttpClient> {
  return opened(createHttpClient(targetSettings(url, over), (path) => readFileSync(path, 'utf8')));
}

const GET: HttpCall = { method: 'GET', path: '/x', headers: {} };
const POST: HttpCall = {
  method: 'POST',
  path: '/x',
  headers: { 'content-type': 'application/json' },
  body: '{"a":"ä"}',
};

function failure(exchange: Exchange): string {
  return exchange.ok
    ? `answered ${exchange.answer.status}`
    : `${exchange.failure.stage} ${exchange.failure.errorClass}`;
}

/** What the kernel already has for this process has been read once this resolves. */
async function nextPoll(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

describe('the HTTP client of a target', () => {
  it('sends the exact body once and returns status, headers and text', async () => {
    const seen: unknown[] = [];
    const server = await opened(
      startHttp((request, response) => {
        seen.push([request.method, request.url, request.headers['content-length'], request.headers.host]);
        void bodyOf(request).then((body) => {
          seen.push(body);
          response.setHeader('retry-after', '7').writeHead(418).end('{"é":1}');
        });
      }),
    );
    const http = await client(`${server.url}/prefix/`);
    const result = await http.call(POST);
    expect(seen).toEqual([['POST', '/prefix/x', '10', `127.0.0.1:${server.port}`], '{"a":"ä"}']);
    expect(result).toMatchObject({
      ok: true,
      answer: { status: 418, text: '{"é":1}', headers: { 'retry-after': '7' } },
    });
  });

  it('keeps connections and uses them again', async () => {
    const ports = new Set<number | undefined>();
    const server = await opened(
      startHttp((request, response) => {
        ports.add(request.socket.remotePort);
        response.end('{}');
      }),
    );
    const http = await client(server.url);
    for (let i = 0; i < 5; i += 1) await http.call(GET);
    expect(ports.size).toBe(1);
  });

  it('takes a redirect for an answer and never follows it', async () => {
    let elsewhere = 0;
    const other = await opened(
      startHttp((_request, response) => {
        elsewhere += 1;
        response.end();
      }),
    );
    const server = await opened(
      startHttp((_request, response) => response.writeHead(307, { location: other.url }).end()),
    );
    const http = await client(server.url);
    expect(await http.call(POST)).toMatchObject({ ok: true, answer: { status: 307 } });
    expect(elsewhere).toBe(0);
  });

  it('ignores a proxy named in the environment', async () => {
    const server = await opened(startHttp((_request, response) => response.end('direct')));
    const before = process.env['HTTP_PROXY'];
    process.env['HTTP_PROXY'] = `http://127.0.0.1:${await closedPort()}`;
    try {
      const http = await client(server.url);
      expect(await http.call(GET)).toMatchObject({ ok: true, answer: { text: 'direct' } });
    } finally {
      if (before === undefined) delete process.env['HTTP_PROXY'];
      else process.env['HTTP_PROXY'] = before;
    }
  });

  describe('knows that nothing was sent', () => {
    it('when the connection is refused', async () => {
      const http = await client(`http://127.0.0.1:${await closedPort()}`);
      expect(failure(await http.call(POST))).toBe('connect connection');
    });

    it('when the name does not exist', async () => {
      const http = await client('http://no-such-host.invalid');
      expect(failure(await http.call(POST))).toBe('connect dns');
    });

    it('when the caller gives up before there is a connection', async () => {
      const controller = new AbortController();
      controller.abort();
      const http = await client(`http://127.0.0.1:${await closedPort()}`);
      expect(failure(await http.call({ ...POST, signal: controller.signal }))).toBe('connect shutdown');
    });

    it('when the server closes before the whole body has left', async () => {
      const server = await opened(startRaw((socket) => socket.once('data', () => socket.destroy())));
      // Writing that much may take a busy machine longer than the usual limit
      const http = await client(server.url, { timeout: 60_000 });
      const body = 'x'.repeat(64 * 1024 * 1024);
      expect(failure(await http.call({ ...POST, body }))).toBe('send connection');
    });

    it('when a header cannot be sent', async () => {
      const http = await client(`http://127.0.0.1:${await closedPort()}`);
      const timers = (): number =>
        process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
      const before = timers();
      expect(failure(await http.call({ ...POST, headers: { x: 'a\r\nb: c' } }))).toBe('connect connection');
      // A time-out left behind would end the process when it fires
      expect(timers()).toBe(before);
    });
  });

  describe('knows that the request had left', () => {
    it('when the server resets without an answer', async () => {
      const server = await opened(startRaw((socket) => socket.once('data', () => socket.resetAndDestroy())));
      const http = await client(server.url);
      expect(failure(await http.call(POST))).toBe('answer connection');
    });

    it('when the server closes a kept connection that the request is using', async () => {
      let requests = 0;
      const server = await opened(
        startHttp((request, response) => {
          requests += 1;
          if (requests === 1) response.end('{}');
          else request.socket.resetAndDestroy();
        }),
      );
      const http = await client(server.url);
      await http.call(POST);
      expect(failure(await http.call(POST))).toBe('answer connection');
    });

    it('when no answer comes in time', async () => {
      const server = await opened(startHttp(() => {}));
      const http = await client(server.url, { timeout: 150 });
      expect(failure(await http.call(POST))).toBe('answer timeout');
    });

    it('when the caller gives up meanwhile: the call runs on to its answer', async () => {
      const controller = new AbortController();
      const server = await opened(
        startHttp((_request, response) => {
          controller.abort();
          setImmediate(() => response.end('{"job_id":"1"}'));
        }),
      );
      const http = await client(server.url);
      expect(await http.call({ ...POST, signal: controller.signal })).toMatchObject({
        ok: true,
        answer: { status: 200 },
      });
    });

    it('when the answer is not HTTP or its headers are too large', async () => {
      const garbage = await opened(
        startRaw((socket) => socket.once('data', () => socket.end('220 smtp ready\r\n'))),
      );
      expect(failure(await (await client(garbage.url)).call(POST))).toBe('answer bad_answer');
      const large = await opened(
        startRaw((socket) =>
          socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(1e6)}\r\n\r\n`)),
        ),
      );
      expect(failure(await (await client(large.url)).call(POST))).toBe('answer bad_answer');
    });
  });

  it('opens a new connection when the server has closed the kept one while it was idle', async () => {
    let closed = 0;
    const server = await opened(
      startHttp((request, response) => {
        request.socket.once('close', () => (closed += 1));
        response.end('{}');
        response.once('finish', () => setImmediate(() => request.socket.destroy()));
      }),
    );
    const http = await client(server.url);
    for (let i = 1; i <= 5; i += 1) {
      expect(failure(await http.call(GET))).toBe('answered 200');
      await waitUntil('the server to close', () => closed === i);
      await nextPoll();
    }
  });

  it('drops a connection on which bytes came while it was idle: they are no answer to the next request', async () => {
    let requests = 0;
    const answer = (text: string): string =>
      `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
    let forged = false;
    let read = 0;
    let connections = 0;
    const server = await opened(
      startRaw((socket) => {
        connections += 1;
        socket.on('data', () => {
          requests += 1;
          socket.write(answer(`right-${requests}`));
          // After the right one has been read, so that it comes on an idle connection.
          void waitUntil('the first answer', () => read === 1).then(() =>
            socket.write(answer('forged'), () => (forged = true)),
          );
        });
      }),
    );
    const http = await client(server.url);
    expect(await http.call(GET)).toMatchObject({ answer: { text: 'right-1' } });
    read = 1;
    await waitUntil('the forged answer to be under way', () => forged);
    await nextPoll();
    expect(await http.call(GET)).toMatchObject({ answer: { text: 'right-2' } });
    expect(connections).toBe(2);
  });

  it('does not use a connection again after a failure on the other side', async () => {
    const ports = new Set<number | undefined>();
    const server = await opened(
      startHttp((request, response) => {
        ports.add(request.socket.remotePort);
        response.writeHead(503).end('{}');
      }),
    );
    const http = await client(server.url);
    await http.call(GET);
    await http.call(GET);
    expect(ports.size).toBe(2);
  });

  describe('bounds the answer', () => {
    it('reads no more than the cap of a huge one', async () => {
      const server = await opened(
        startHttp((_request, response) => {
          const chunk = Buffer.alloc(256 * 1024, 'a');
          const more = (): void => {
            while (response.write(chunk));
          };
          response.on('drain', more);
          response.on('error', () => {});
          more();
        }),
      );
      const http = await client(server.url);
      const result = await http.call(GET);
      expect(result).toMatchObject({ ok: true, answer: { status: 200, fault: 'too_large' } });
      expect(result.ok && result.answer.text.length).toBe(1024 * 1024);
    });

    it('takes a larger answer where the call allows it', async () => {
      const server = await opened(
        startHttp((_request, response) => response.end('a'.repeat(2 * 1024 * 1024))),
      );
      const result = await (await client(server.url)).call({ ...GET, maxAnswer: 4 * 1024 * 1024 });
      expect(result.ok && [result.answer.text.length, result.answer.fault]).toEqual([
        2 * 1024 * 1024,
        undefined,
      ]);
    });

    it('stops a decompression bomb at the cap', async () => {
      const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
      const server = await opened(
        startHttp((_request, response) => response.setHeader('content-encoding', 'gzip').end(bomb)),
      );
      const result = await (await client(server.url)).call(GET);
      expect(result).toMatchObject({ ok: true, answer: { status: 200, fault: 'too_large', text: '' } });
    });

    it('reads an answer compressed unasked, and says so when it cannot', async () => {
      const server = await opened(
        startHttp((request, response) => {
          expect(request.headers['accept-encoding']).toBeUndefined();
          response
            .setHeader('content-encoding', request.url === '/x' ? 'gzip' : 'zstd')
            .end(gzipSync('{"job_id":"1"}'));
        }),
      );
      const http = await client(server.url);
      expect(await http.call(GET)).toMatchObject({ answer: { text: '{"job_id":"1"}' } });
      expect(await http.call({ ...GET, path: '/y' })).toMatchObject({ answer: { fault: 'undecodable' } });
    });

    it('ends a drip of one byte at a time at the total timeout, with the status it had', async () => {
      let timer: NodeJS.Timeout | undefined;
      const server = await opened(
        startHttp((_request, response) => {
          response.writeHead(200);
          timer = setInterval(() => response.write('x'), 20);
        }),
      );
      const http = await client(server.url, { timeout: 200 });
      const started = performance.now();
      expect(await http.call(GET)).toMatchObject({ ok: true, answer: { status: 200, fault: 'timed_out' } });
      expect(performance.now() - started).toBeLessThan(2_000);
      clearInterval(timer);
    });

    it('ends a drip of headers at the total timeout', async () => {
      let timer: NodeJS.Timeout | undefined;
      const server = await opened(
        startRaw((socket) => {
          socket.write('HTTP/1.1 200 OK\r\nx: ');
          timer = setInterval(() => socket.write('y'), 20);
        }),
      );
      const http = await client(server.url, { timeout: 200 });
      expect(failure(await http.call(POST))).toBe('answer timeout');
      clearInterval(timer);
    });

    it('marks an answer that breaks off', async () => {
      const server = await opened(
        startHttp((_request, response) => {
          response.writeHead(200, { 'content-length': 100 });
          response.write('{"job_id":', () => response.destroy());
        }),
      );
      expect(await (await client(server.url)).call(POST)).toMatchObject({
        ok: true,
        answer: { status: 200, text: '{"job_id":', fault: 'cut_off' },
      });
    });
  });
});
