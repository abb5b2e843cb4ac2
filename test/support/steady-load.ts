import { Agent, request } from 'node:http';

/** One event as its sender knows it. It is sent once: no retry hides what the senders saw. */
export interface Sent {
  readonly key: string;
  readonly source: string;
  readonly body: string;
  /** The status of the answer, or the code of the error that came instead; absent until then. */
  answer?: number | string;
  /** What the answer said: `queued`, `spooled`, `duplicate` … */
  status?: string;
  eventId?: string;
}

export interface SteadyLoad {
  readonly sent: readonly Sent[];
  /** Answered with a 2xx so far. */
  acknowledged(): readonly Sent[];
  /** No new events from now on; waits for the answers that are due. */
  stop(): Promise<void>;
}

interface LoadOptions {
  /** Where to post; asked anew for each event. */
  readonly url: () => string;
  readonly sources: readonly string[];
  readonly token: string;
}

/** Each waits for its answer before it sends the next, so that a busy machine makes the load smaller and not later. */
const SENDERS = 10;
/** Between two events of one sender: 100 events a second at most. Milliseconds. */
const PAUSE = 100;
/** Senders wait no longer than this for an answer. Milliseconds. */
const PATIENCE = 20_000;

/** Posts to each source in turn, over kept connections, until it is stopped. */
export function startSteadyLoad({ url, sources, token }: LoadOptions): SteadyLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
  const sent: Sent[] = [];
  const stopped = new AbortController();

  const keepSending = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const key = `load-${sent.length}`;
      const source = sources[sent.length % sources.length] ?? '';
      const event: Sent = { key, source, body: JSON.stringify({ id: key, title: `event ${key}` }) };
      sent.push(event);
      Object.assign(event, await post(agent, `${url()}/hooks/${source}`, token, event.body));
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  };
  const sending = Array.from({ length: SENDERS }, keepSending);
  return {
    sent,
    acknowledged: () => sent.filter(({ eventId }) => eventId !== undefined),
    stop: async () => {
      stopped.abort();
      await Promise.all(sending);
      agent.destroy();
    },
  };
}

function post(
  agent: Agent,
  url: string,
  token: string,
  body: string,
): Promise<Pick<Sent, 'answer' | 'status' | 'eventId'>> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-token': token,
  };
  return new Promise((resolve) => {
    const fail = (error: Error & { readonly code?: string }): void =>
      resolve({ answer: error.code ?? error.name });
    const sending = request(url, { agent, method: 'POST', timeout: PATIENCE, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('error', fail);
      response.once('end', () => {
        if (response.statusCode !== 202) {
          resolve({ answer: response.statusCode ?? 0 });
          return;
        }
        const answer = JSON.parse(text) as { event_id: string; status: string };
        resolve({ answer: 202, eventId: answer.event_id, status: answer.status });
      });
    });
    sending.once('timeout', () => sending.destroy(Object.assign(new Error(), { code: 'NO_ANSWER' })));
    sending.once('error', fail);
    sending.end(body);
  });
}
