import axios, { type AxiosInstance } from 'axios';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '../model/json.js';
import type { CliIo } from './cli-io.js';
import { CliError, EXIT, type ExitCode } from './exit-code.js';

/** The operations API as the commands use it. */
export interface ApiClient {
  get(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
}

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
  };
}

async function call(
  http: AxiosInstance,
  baseURL: string,
  request: { method: string; url: string; params?: unknown; data?: unknown },
): Promise<unknown> {
  const response = await http.request<unknown>(request).catch(() => {
    throw new CliError(`No bridge answers at ${baseURL}. Start one with: npm start`, EXIT.dependencyDown);
  });
  if (response.status < 400) return response.data;
  const detail = isJsonObject(response.data) ? response.data['detail'] : undefined;
  throw new CliError(
    typeof detail === 'string' ? detail : `The bridge answered with status ${response.status}.`,
    EXIT_OF_STATUS[response.status] ?? EXIT.failed,
  );
}

function readTokenFile(): string | undefined {
  try {
    return readFileSync(join('data', 'ops-token'), 'utf8').trim();
  } catch {
    return undefined;
  }
}
