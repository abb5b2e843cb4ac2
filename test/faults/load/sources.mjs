import { createHmac, randomBytes } from 'node:crypto';

/**
 * The senders of a run. Each signs in its own way and retries as its like does.
 * @typedef {object} Sender
 * @property {string} name
 * @property {readonly number[]} retries waits before each retry with the same delivery id, in milliseconds
 * @property {'workflow' | 'trigger'} endpoint
 * @property {string} endpointId
 * @property {'reconcile' | 'retry'} onAmbiguous
 * @property {(key: string, body: string) => Record<string, string>} sign the headers
 * @property {(body: Record<string, unknown>) => Record<string, unknown>} mapped what Komand must get
 * @property {Record<string, unknown>} config the source in the bridge's configuration
 */

const HMAC_SECRET = randomBytes(24).toString('base64url');
const TOKEN = randomBytes(24).toString('base64url');
const STANDARD_SECRET = randomBytes(24);
/** Each of these must never be seen in a log. */
export const SECRETS = [HMAC_SECRET, TOKEN, STANDARD_SECRET.toString('base64')];

const whole = (/** @type {Record<string, unknown>} */ body) => body;
const WORKFLOW_A = 'aaaaaaaa-1111-4222-8333-444444444444';
const WORKFLOW_B = 'bbbbbbbb-1111-4222-8333-444444444444';
const TRIGGER_C = 'cccccccc-1111-4222-8333-444444444444';

/** @type {readonly Sender[]} */
export const SENDERS = [
  {
    // As GitHub: signed, never sent again
    name: 'hmac-once',
    retries: [],
    endpoint: 'workflow',
    endpointId: WORKFLOW_A,
    onAmbiguous: 'reconcile',
    mapped: whole,
    sign: (key, body) => ({
      'x-delivery-id': key,
      'x-signature': `sha256=${createHmac('sha256', HMAC_SECRET).update(body).digest('hex')}`,
    }),
    config: {
      preset: 'generic',
      auth: {
        type: 'hmac',
        header: 'x-signature',
        format: 'prefix',
        prefix: 'sha256=',
        secrets: [HMAC_SECRET],
      },
      delivery_key: { header: 'x-delivery-id' },
      map: 'raw',
      routes: [{ name: 'to-a', workflow: WORKFLOW_A }],
    },
  },
  {
    name: 'token-retry',
    retries: [500, 1_500, 3_000],
    endpoint: 'workflow',
    endpointId: WORKFLOW_B,
    onAmbiguous: 'reconcile',
    mapped: ({ id, title, n }) => ({ id, title, n }),
    sign: () => ({ 'x-token': TOKEN }),
    config: {
      preset: 'generic',
      auth: { type: 'token', in: 'header', name: 'x-token', secrets: [TOKEN] },
      delivery_key: { body: ['id'] },
      map: { id: 'id', title: 'title', n: 'n' },
      routes: [{ name: 'to-b', workflow: WORKFLOW_B }],
    },
  },
  {
    name: 'standard-retry',
    retries: [500, 1_500, 3_000],
    endpoint: 'trigger',
    endpointId: TRIGGER_C,
    onAmbiguous: 'retry',
    mapped: whole,
    sign: (key, body) => {
      const at = Math.floor(Date.now() / 1_000);
      const signature = createHmac('sha256', STANDARD_SECRET).update(`${key}.${at}.${body}`).digest('base64');
      return { 'webhook-id': key, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
    },
    config: {
      preset: 'standard-webhooks',
      auth: { secrets: [`whsec_${STANDARD_SECRET.toString('base64')}`] },
      map: 'raw',
      routes: [{ name: 'to-c', trigger: TRIGGER_C, on_ambiguous: 'retry' }],
    },
  },
];

const POISON_MAPPING = `type = "poison.loop" ? ($f := function($x) { $f($x + 1) }; $f(1))
  : type = "poison.huge" ? $join([1..9000000].("xxxxxxxxxxxx")) : $error("poison")`;

/** Its mapping never ends, grows without end or fails, as the event says: never part of the load. @type {Sender} */
export const POISON = {
  ...SENDERS[1],
  name: 'poison',
  config: {
    ...SENDERS[1].config,
    map: { id: 'id', boom: POISON_MAPPING },
    routes: [{ name: 'poison', workflow: WORKFLOW_B }],
  },
};
export const ALL_SENDERS = [...SENDERS, POISON];

/** @param {string} name @returns {Sender} */
export function senderOf(name) {
  const found = ALL_SENDERS.find((sender) => sender.name === name);
  if (found === undefined) throw new Error(`there is no sender ${name}`);
  return found;
}
