import { waitFor } from '../rig/wait.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** Komand behind TLS that a careful client must not speak to. Events wait; nothing is sent. @type {readonly Fault[]} */
export const TLS_FAULTS = [
  tls('komand-tls-expired', (front) => front.show('expired')),
  tls('komand-tls-wrong-host', (front) => front.show('otherHost')),
  tls('komand-tls-stranger', (front) => front.show('stranger')),
  tls('komand-tls-reset-in-handshake', (front) => front.resetHandshakes()),
];

/** @param {string} name @param {(front: import('../rig/tls-front.mjs').TlsFront) => void} set @returns {Fault} */
function tls(name, set) {
  return {
    name,
    c4: 37,
    needs: ['openssl'],
    setting: 'tls',
    mustAccept: true,
    // What was under way when the connections were cut
    doubt: { retry: 1 },
    run: async ({ front, simulator, ingresses: [ingress] }, { hold, must }) => {
      const before = Number((await simulator.summary())['posts']);
      // What was before may have opened the circuit, and then nothing is sent that could fail
      const flows = async () => Number((await simulator.summary())['posts']) > before;
      await waitFor('deliveries to be under way', flows, 90_000);
      const from = Date.now();
      set(front);
      const passed = front.passed();
      await hold(4_000);
      if (front.passed() > passed) must(`${front.passed() - passed} connections were trusted`);
      await waitFor('TLS to be said to be the reason', () => isSaid(ingress, from), 20_000).catch(() =>
        must('nobody says that TLS is the reason'),
      );
      front.show('good');
    },
  };
}

/**
 * In the attempts of a delivery; or, where the calls that were cut off opened the circuit before anything met the
 * certificate, in what the circuit gives as its reason.
 * @param {import('../rig/bridge-node.mjs').Node} node @param {number} from Unix milliseconds
 */
async function isSaid(node, from) {
  if ((await node.text('/api/v1/targets')).includes('TLS handshake failed')) return true;
  const { items } = /** @type {{ items: readonly { received_at: string }[] }} */ (
    await node.json('/api/v1/deliveries?error_class=tls&limit=200')
  );
  return items.some(({ received_at: at }) => Date.parse(at) >= from - 5_000);
}
