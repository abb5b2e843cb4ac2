import { createHash } from 'node:crypto';
import { startPublicListener } from '../../src/http/public-listener.js';
import { createIntake } from '../../src/intake/create-intake.js';
import type { Arrival, RejectedRequest } from '../../src/model/arrival.js';
import type { AuthSettings, WrittenAuth } from '../../src/model/auth-settings.js';
import type { Config, RouteSettings, SourceSettings } from '../../src/model/settings.js';
import { signRequest } from '../../src/sources/auth/sign-request.js';
import { completeSourceAuth } from '../../src/sources/compile-auth.js';
import { compileSources } from '../../src/sources/compile-sources.js';
import { loadPresets } from '../../src/sources/load-presets.js';
import type { Preset } from '../../src/sources/preset.js';
import { openTestStore } from './open-test-store.js';
import { rawHttp, requestText, type RawAnswer } from './raw-http.js';
import { startRedis } from './start-redis.js';
import { makeSnsSigner, SNS_CERTIFICATE_URL, type SnsSigner } from './sns-signer.js';

export const SECRET = 'an invented secret, long enough for every sender';
const WHSEC = `whsec_${Buffer.from('an invented secret of 32 letters').toString('base64')}`;
export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alerts';

/** A request as a sender makes it. */
export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body: string | Buffer;
}

export interface PresetListener {
  readonly presets: readonly Preset[];
  readonly sns: SnsSigner;
  /** What was stored, in order. */
  readonly arrivals: readonly Arrival[];
  readonly rejected: readonly RejectedRequest[];
  /** Addresses that the bridge asked of the world. */
  readonly fetched: readonly string[];
  /** Signs as this preset's sender does, and sends. */
  post(preset: string, sent: Sent): Promise<RawAnswer>;
  /** Sends what is given and nothing else. */
  bare(path: string, sent: Sent): Promise<RawAnswer>;
  /** What a route of this preset would send for a stored event. */
  mapped(arrival: Arrival): Promise<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

const ROUTE: RouteSettings = {
  name: 'all',
  target: 'soar',
  endpoint: 'workflow',
  endpointId: '11111111-2222-4333-8444-555555555555',
  onAmbiguous: 'reconcile',
  maxAttempts: 20,
  giveUpAfter: 60_000,
};

/**
 * Every preset that ships as a source of its own name, behind the real door, over a real Redis. What the bridge fetches
 * is SNS' certificate or an empty page.
 */
export async function startPresetListener(topics: readonly string[] = [TOPIC]): Promise<PresetListener> {
  const loaded = loadPresets('schemas');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  const { library } = loaded;
  const sns = makeSnsSigner();
  const fetched: string[] = [];
  const fetchText = (url: string): Promise<string> => {
    fetched.push(url);
    return Promise.resolve(url === SNS_CERTIFICATE_URL ? sns.certificate : '<ok/>');
  };
  const written = (preset: Preset): WrittenAuth =>
    preset.auth?.type === 'sns'
      ? { topics: [...topics] }
      : { secrets: [preset.auth?.type === 'standard-webhooks' ? WHSEC : SECRET] };
  const presets = library.names.flatMap((name) => library.get(name) ?? []);
  const settings = presets.map((preset): SourceSettings => ({
    name: preset.name,
    preset: preset.name,
    auth: written(preset),
    allowIps: [],
    onInvalid: 'reject',
    keepHeaders: [],
    routes: [ROUTE],
  }));
  const http: Config['http'] = {
    host: '127.0.0.1',
    port: 0,
    maxBody: 1_048_576,
    trustProxy: [],
    maxConnections: 2_000,
  };
  const compiled = compileSources({ http, sources: settings }, library, {
    now: Date.now,
    readFile: (path) => {
      throw new Error(`no such file: ${path}`);
    },
    fetchText,
    trustedProxyAddress: () => false,
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const { sources } = compiled;
  const redis = await startRedis();
  const store = await openTestStore({ url: redis.url }, library.names);
  const arrivals: Arrival[] = [];
  const rejected: RejectedRequest[] = [];
  const observe = (): void => undefined;
  const intake = createIntake({
    sources: () => sources,
    store: {
      accept: async (all) => {
        const stored = await store.events.accept(all);
        arrivals.push(...all.filter((_, i) => stored[i]?.status !== 'duplicate'));
        return stored;
      },
      pending: () => 0,
    },
    rejected: { record: async (each) => void rejected.push(each) },
    observe,
    now: Date.now,
    deadlineMs: 4_500,
  });
  const listener = await startPublicListener({
    intake,
    observe,
    now: Date.now,
    leaving: () => false,
    draining: () => false,
    settings: http,
  });
  const bare: PresetListener['bare'] = async (path, { method = 'POST', headers = {}, query = '', body }) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const target = query === '' ? path : `${path}?${query}`;
    const { answers } = await rawHttp(listener.port, requestText(target, body, lines, { method }));
    const [answer] = answers;
    if (answer === undefined) throw new Error('there was no answer');
    return answer;
  };
  return {
    presets,
    sns,
    arrivals,
    rejected,
    fetched,
    bare,
    post: async (name, sent) => {
      const preset = library.get(name);
      if (preset === undefined) throw new Error(`there is no preset ${name}`);
      const auth = completeSourceAuth(written(preset), preset.auth);
      if (!('ok' in auth)) throw new Error(JSON.stringify(auth));
      return bare(...signed(name, auth.settings, sent));
    },
    mapped: async ({ event }) => {
      const route = sources.get(event.source)?.routes[0];
      if (route === undefined) throw new Error(`${event.source} has no route`);
      const { text } = await route.map({ ...event, eventId: event.id });
      return JSON.parse(text) as Readonly<Record<string, unknown>>;
    },
    close: async () => {
      await listener.close();
      await store.close();
      await redis.close();
    },
  };
}

/** Where the sender has an id of its own, it signs that. */
function idOf({ headers = {}, body }: Sent): string {
  return (
    headers['webhook-id'] ?? headers['svix-id'] ?? `msg_${createHash('sha256').update(body).digest('hex')}`
  );
}

function signed(name: string, auth: AuthSettings, sent: Sent): [string, Sent] {
  const headers = { 'content-type': 'application/json', ...sent.headers };
  if (auth.type === 'sns') return [`/hooks/${name}`, { ...sent, headers }];
  const made = signRequest(auth, { body: Buffer.from(sent.body), now: Date.now(), id: idOf(sent) });
  const query = new URLSearchParams(sent.query);
  for (const [key, value] of Object.entries(made.query)) query.set(key, value);
  return [
    `/hooks/${name}`,
    { ...sent, headers: { ...headers, ...made.headers }, query: query.toString(), body: made.body },
  ];
}
