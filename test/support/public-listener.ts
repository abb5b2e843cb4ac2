import { createIntake } from '../../src/intake/create-intake.js';
import {
  startPublicListener,
  type ListenerLimits,
  type PublicListener,
} from '../../src/http/public-listener.js';
import type { Observation, RequestReceived } from '../../src/model/observation.js';
import type { HttpSettings } from '../../src/model/settings.js';
import type { Source } from '../../src/model/source.js';
import { FakeEventStore } from './fake-event-store.js';
import { sign } from './hand-made-source.js';
import { rawHttp, requestText, type RawOptions, type RawResult } from './raw-http.js';

export interface TestListener {
  readonly listener: PublicListener;
  readonly port: number;
  readonly store: FakeEventStore;
  readonly seen: Observation[];
  /** What was told of requests, in order. */
  requests(): RequestReceived[];
  /** Change it to drain. */
  readonly state: { draining: boolean };
  raw(input: Parameters<typeof rawHttp>[1], options?: RawOptions): Promise<RawResult>;
  /** Sends a signed body. */
  post(body: string | Buffer, headers?: readonly string[], path?: string): Promise<RawResult>;
}

/** The real listener and the real pipeline over a store that remembers. The caller closes `listener`. */
export async function startTestListener(
  sources: readonly Source[],
  over: {
    readonly limits?: Partial<ListenerLimits>;
    readonly settings?: Partial<HttpSettings>;
    readonly deadlineMs?: number;
  } = {},
): Promise<TestListener> {
  const store = new FakeEventStore();
  const seen: Observation[] = [];
  const state = { draining: false };
  const known = new Map(sources.map((source) => [source.name, source]));
  const observe = (each: Observation): void => void seen.push(each);
  const now = Date.now;
  const listener = await startPublicListener({
    intake: createIntake({
      sources: () => known,
      store,
      rejected: store,
      observe,
      now,
      deadlineMs: over.deadlineMs ?? 4_000,
    }),
    observe,
    now,
    leaving: () => state.draining,
    draining: () => state.draining,
    settings: {
      host: '127.0.0.1',
      port: 0,
      maxBody: 1_048_576,
      trustProxy: [],
      maxConnections: 2_000,
      ...over.settings,
    },
    ...(over.limits === undefined ? {} : { limits: over.limits }),
  });
  const raw: TestListener['raw'] = (input, options) => rawHttp(listener.port, input, options);
  return {
    listener,
    port: listener.port,
    store,
    seen,
    requests: () => seen.filter((each) => each.kind === 'request'),
    state,
    raw,
    post: (body, headers = [], path = '/hooks/alarms') =>
      raw(
        requestText(path, body, ['Content-Type: application/json', `X-Signature: ${sign(body)}`, ...headers]),
      ),
  };
}
