import { Agent, request } from 'node:http';
import { sleep } from '../rig/wait.mjs';
import { SENDERS } from './sources.mjs';

/**
 * One event as its sender knows it: the client's log.
 * @typedef {object} Sent
 * @property {string} key
 * @property {string} sender
 * @property {number} sentAt Unix milliseconds, the first try
 * @property {Record<string, unknown>} body
 * @property {Try[]} tries
 * @property {number} [ackAt]
 * @property {string} [eventId]
 * @property {string} [status] `queued`, `spooled` …
 * @property {string} [tag] what a scenario knows it by
 * @property {boolean} [poison] its mapping must fail
 *
 * @typedef {{ at: number, ms: number, node: number, result: number | string }} Try
 */

/** A sender gives up waiting for an answer. Milliseconds. */
const PATIENCE_MS = 8_000;
/** Every so many acknowledged events is sent once more, as by a sender that missed the answer. */
const REPEAT_EVERY = 40;

/**
 * @param {{ balancer: ReturnType<typeof import('./balancer.mjs').openBalancer>,
 *   nodes: readonly { readonly hooksPort: number }[], random: import('../rig/random.mjs').Random, run: string }} options
 */
export function openClient({ balancer, nodes, random, run }) {
  const agents = nodes.map(() => new Agent({ keepAlive: true, maxSockets: 64 }));
  /** @type {Sent[]} */
  const log = [];
  /** @type {{ key: string, first: string, second: string, spooled: boolean }[]} */
  const otherIds = [];
  let n = 0;
  let repeats = 0;
  let acknowledged = 0;
  /** @type {Set<Promise<void>>} */
  const underWay = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  /** @param {number} node @param {import('./sources.mjs').Sender} sender @param {string} key @param {string} body */
  const post = (node, sender, key, body) =>
    new Promise((/** @type {(answer: { result: number | string, text: string }) => void} */ resolve) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const options = {
        port: nodes[node].hooksPort,
        host: '127.0.0.1',
        path: `/hooks/${sender.name}`,
        method: 'POST',
      };
      const sending = request(
        { ...options, agent: agents[node], headers: { ...headers, ...sender.sign(key, body) } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part) => (text += part));
          response.once('end', () => resolve({ result: response.statusCode ?? 0, text }));
          response.once('error', (error) => resolve({ result: codeOf(error), text: '' }));
        },
      );
      const patience = setTimeout(
        () => sending.destroy(Object.assign(new Error(), { code: 'NO_ANSWER' })),
        PATIENCE_MS,
      );
      sending.once('error', (error) => resolve({ result: codeOf(error), text: '' }));
      sending.once('close', () => clearTimeout(patience));
      sending.end(body);
    });

  /** @param {Sent} sent @param {import('./sources.mjs').Sender} sender */
  const deliver = async (sent, sender) => {
    const body = JSON.stringify(sent.body);
    for (const wait of [0, ...sender.retries]) {
      await sleep(wait);
      const node = balancer.next();
      const at = Date.now();
      const { result, text } = await post(node, sender, sent.key, body);
      sent.tries.push({ at, ms: Date.now() - at, node, result });
      if (typeof result === 'string') balancer.suspect(node);
      if (result === 200 || result === 202) {
        const answer = JSON.parse(text);
        sent.ackAt = Date.now();
        sent.eventId = answer.event_id;
        sent.status = answer.status;
        acknowledged += 1;
        if (acknowledged % REPEAT_EVERY === 0) await repeat(sent, sender, body);
        return;
      }
      if (typeof result === 'number' && result >= 400 && result < 500 && result !== 429) return;
    }
  };

  /** @param {Sent} sent @param {import('./sources.mjs').Sender} sender @param {string} body */
  const repeat = async (sent, sender, body) => {
    const { result, text } = await post(balancer.next(), sender, sent.key, body);
    if (result !== 200 && result !== 202) return;
    repeats += 1;
    const { event_id: second, status } = JSON.parse(text);
    const spooled = sent.status === 'spooled' || status === 'spooled';
    if (second !== sent.eventId) otherIds.push({ key: sent.key, first: sent.eventId ?? '', second, spooled });
  };

  /** @param {{ sender?: import('./sources.mjs').Sender, tag?: string, extra?: Record<string, unknown>, poison?: boolean }} [how] */
  const send = ({ sender = random.pick(SENDERS), tag, extra, poison } = {}) => {
    n += 1;
    const key = `${run}-${n}`;
    const body = {
      id: key,
      n,
      type: 'alert.fired',
      title: `Event ${n}`,
      data: { pad: 'x'.repeat(random.within(0, 800)) },
      ...extra,
    };
    /** @type {Sent} */
    const sent = {
      key,
      sender: sender.name,
      sentAt: Date.now(),
      body,
      tries: [],
      ...(tag && { tag }),
      ...(poison && { poison }),
    };
    log.push(sent);
    const sending = deliver(sent, sender).finally(() => underWay.delete(sending));
    underWay.add(sending);
    return sent;
  };

  return {
    log,
    otherIds,
    send,
    repeats: () => repeats,
    /** So many events a second from now on; late ticks are made up for. @param {number} rate */
    run(rate) {
      clearInterval(timer);
      const start = performance.now();
      let begun = 0;
      timer = setInterval(() => {
        const due = Math.floor(((performance.now() - start) / 1_000) * rate);
        for (; begun < due; begun += 1) send();
      }, 20);
    },
    /** Waits for every answer that is still due. */
    async stop() {
      clearInterval(timer);
      while (underWay.size > 0) await Promise.all(underWay);
    },
    close: () => agents.forEach((agent) => agent.destroy()),
  };
}

/** @param {Error & { code?: string }} error */
function codeOf(error) {
  return error.code ?? error.name;
}
