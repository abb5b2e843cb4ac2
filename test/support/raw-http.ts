import { connect, type Socket } from 'node:net';

/** One answer off the wire. Header names are lower-case. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawResult {
  readonly answers: readonly RawAnswer[];
  /** Did the other side close (or reset) the connection? */
  readonly closed: boolean;
  /** Everything that came, as it came. */
  readonly text: string;
}

export interface RawOptions {
  /** How many answers to wait for; 1 unless told. 0 and `untilClosed`: only for the end. */
  readonly answers?: number;
  /** Waits for the other side to close. */
  readonly untilClosed?: boolean;
  readonly timeoutMs?: number;
  /** The request has no body in its answer, e.g. HEAD. */
  readonly bodiless?: boolean;
}

/**
 * Sends bytes as they are: no client library mends them on the way. An input may be a function that drives the
 * socket itself. Resolves with what came once that is enough, or with what there is when the time is over.
 */
export function rawHttp(
  port: number,
  input: string | Buffer | ((socket: Socket) => void),
  options: RawOptions = {},
): Promise<RawResult> {
  const { answers: wanted = 1, untilClosed = false, timeoutMs = 5_000, bodiless = false } = options;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ answers: readAnswers(text, bodiless), closed, text });
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const found = readAnswers(Buffer.concat(chunks).toString('latin1'), bodiless);
      if (!untilClosed && found.length >= wanted) finish(false);
    });
    socket.once('error', () => undefined);
    socket.once('close', () => finish(true));
    if (typeof input === 'function') socket.once('connect', () => input(socket));
    else socket.write(input);
  });
}

/** The whole answers in the text; `100 Continue` is none. */
function readAnswers(text: string, bodiless: boolean): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = text; ;) {
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.slice(0, Math.max(end, 0)).split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1];
    if (end < 0 || status === undefined) return answers;
    if (status === '100') {
      rest = rest.slice(end + 4);
      continue;
    }
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const length = bodiless ? 0 : Number(headers['content-length'] ?? 0);
    if (rest.length < end + 4 + length) return answers;
    answers.push({ status: Number(status), headers, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
}

/** A request, written out. Headers as lines, in their order; `Host` and `Content-Length` unless `bare`. */
export function requestText(
  path: string,
  body: string | Buffer,
  headers: readonly string[] = [],
  { method = 'POST', bare = false }: { method?: string; bare?: boolean } = {},
): Buffer {
  const length = Buffer.byteLength(body);
  const own = bare ? [] : ['Host: bridge.example', `Content-Length: ${length}`];
  return Buffer.concat([
    Buffer.from([`${method} ${path} HTTP/1.1`, ...own, ...headers, '', ''].join('\r\n'), 'latin1'),
    Buffer.from(body),
  ]);
}

/** The JSON object of an answer. */
export function jsonOf({ body }: Pick<RawAnswer, 'body'>): Readonly<Record<string, unknown>> {
  return JSON.parse(body) as Readonly<Record<string, unknown>>;
}
