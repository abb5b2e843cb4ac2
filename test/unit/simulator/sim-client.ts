import { request, type IncomingHttpHeaders } from 'node:http';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../src/simulator/start-simulator.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON. */
  readonly body: ReturnType<typeof JSON.parse>;
  /** Whether the whole of it came. */
  readonly complete: boolean;
}

export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** A simulator with a plain HTTP client: one connection for each call. */
export interface SimClient {
  readonly simulator: Simulator;
  /** Rejects with the connection's error when no answer came. */
  readonly call: (path: string, call?: Call) => Promise<Answer>;
  /** A control of the simulator; its answer must be 200. */
  readonly control: (method: string, path: string, body?: unknown) => Promise<Answer['body']>;
  readonly login: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Jobs that are there at once and have succeeded. */
export const AT_ONCE = { jobDelayMs: [0, 0], jobDurationMs: [0, 0], outcomes: { succeeded: 1 } } as const;

/** With seed 1 unless told otherwise; `chance` for none. */
export async function startSim(
  options: Omit<SimulatorOptions, 'seed'> & { readonly seed?: number | 'chance' } = {},
): Promise<SimClient> {
  const { seed = 1, ...rest } = options;
  const simulator = await startSimulator({ ...rest, ...(seed !== 'chance' && { seed }) });
  const call = (path: string, options_: Call = {}): Promise<Answer> => send(simulator.port, path, options_);
  return {
    simulator,
    call,
    async control(method, path, body) {
      const answer = await call(`/__sim/${path}`, { method, body });
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer.body;
    },
    async login() {
      const body = { user_name: 'bridge', user_secret: 'komand' };
      return (await call('/v2/sessions', { method: 'POST', body })).body.token;
    },
    close: () => simulator.close(),
  };
}

function send(port: number, path: string, call: Call): Promise<Answer> {
  const { method = 'GET', body, token, headers, timeoutMs = 5_000 } = call;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      agent: false,
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    });
    const timer = setTimeout(() => outgoing.destroy(new Error('TIMED_OUT')), timeoutMs);
    outgoing.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => undefined);
      response.once('close', () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString();
        const { statusCode: status = 0, complete } = response;
        resolve({ status, headers: response.headers, text, body: parse(text), complete });
      });
    });
    outgoing.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
