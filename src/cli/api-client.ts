import axios, { type AxiosInstance } from 'axios';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { listAt, textAt } from '../ops/console/fields.js';
import { plain, type CliIo } from './cli-io.js';
import { CliError, EXIT, type ExitCode } from './exit-code.js';

/** The operations API as the commands use it. */
export interface ApiClient {
  get(path: string, query?: Query): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  /** A long answer as it comes, text by text. Ends when the bridge ends it or `signal` fires. */
  stream(path: string, query: Query, signal?: AbortSignal): AsyncIterable<string>;
}

export type Query = Readonly<Record<string, string | undefined>>;

const EXIT_OF_STATUS: Readonly<Record<number, ExitCode>> = {
  400: EXIT.usage,
  401: EXIT.auth,
  403: EXIT.auth,
  404: EXIT.notFound,
  503: EXIT.dependencyDown,
};

/**
 * Talks to a running bridge. Address and token: options, else `BRIDGE_OPS_URL` and `BRIDGE_OPS_TOKEN`, else this
 * machine's port 8081 (or `BRIDGE_OPS_PORT`) and the token file that `start` keeps.
 * Every failure becomes a `CliError` with its exit code.
 */
export function createApiClient(
  io: CliIo,
  options: { readonly url?: string; readonly token?: string },
): ApiClient {
  const baseURL =
    options.url ?? io.env['BRIDGE_OPS_URL'] ?? `http://127.0.0.1:${io.env['BRIDGE_OPS_PORT'] ?? '8081'}`;
  const token = options.token ?? io.env['BRIDGE_OPS_TOKEN'] ?? readTokenFile();
  const http = axios.create({
    baseURL,
    timeout: 30_000,
    maxRedirects: 0,
    proxy: false,
    validateStatus: () => true,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
  return {
    get: (path, query) => call(http, baseURL, { method: 'GET', url: path, params: query ?? {} }),
    post: (path, body) => call(http, baseURL, { method: 'POST', url: path, data: body }),
    stream: (path, query, signal) => stream(http, baseURL, { path, query, signal }),
  };
}

async function* stream(
  http: AxiosInstance,
  baseURL: string,
  { path, query, signal }: { path: string; query: Query; signal: AbortSignal | undefined },
): AsyncIterable<string> {
  const response = await http
    .request<Readable>({
      method: 'GET',
      url: path,
      params: query,
      responseType: 'stream',
      // It may well be silent for longer than an answer takes
      timeout: 0,
      ...(signal === undefined ? {} : { signal }),
    })
    .catch(() => {
      if (signal?.aborted === true) return undefined;
      throw notThere(baseURL);
    });
  if (response === undefined) return;
  const { data, status } = response;
  data.setEncoding('utf8');
  try {
    if (status >= 400) throw refusal(status, parsed(await firstOf(data)));
    for await (const chunk of data) yield String(chunk);
  } catch (error) {
    if (error instanceof CliError) throw error;
    if (signal?.aborted !== true) throw notThere(baseURL);
  } finally {
    data.destroy();
  }
}

/** A refusal is short: its first 64 KiB say it all. */
async function firstOf(data: Readable): Promise<string> {
  let text = '';
  for await (const chunk of data) {
    text += String(chunk);
    if (text.length > 65_536) break;
  }
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notThere(baseURL: string): CliError {
  return new CliError(`No bridge answers at ${baseURL}. Start one with: npm start`, EXIT.dependencyDown);
}

/** What the bridge refused, in its own sentence, with every fault it names. */
function refusal(status: number, body: unknown): CliError {
  const detail = textAt(body, 'detail') ?? `The bridge answered with status ${status}.`;
  const faults = listAt(body, 'errors').map(
    (fault) => `  ${textAt(fault, 'pointer') ?? '/'} ${textAt(fault, 'message') ?? ''}`,
  );
  return new CliError(plainLines([detail, ...faults]), EXIT_OF_STATUS[status] ?? EXIT.failed);
}

function plainLines(lines: readonly string[]): string {
  return lines.map(plain).join('\n');
}

async function call(
  http: AxiosInstance,
  baseURL: string,
  request: { method: string; url: string; params?: unknown; data?: unknown },
): Promise<unknown> {
  const response = await http.request<unknown>(request).catch(() => {
    throw notThere(baseURL);
  });
  if (response.status < 400) return response.data;
  throw refusal(response.status, response.data);
}

function readTokenFile(): string | undefined {
  try {
    return readFileSync(join('data', 'ops-token'), 'utf8').trim();
  } catch {
    return undefined;
  }
}
