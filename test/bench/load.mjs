// The load: keep-alive connections over bare sockets, each with one request under way; every body is a new, signed event.
// Prints one line of JSON: accepted, refused, seconds, per second, p50 and p99 in milliseconds.
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { bodies } from './body.mjs';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    secret: { type: 'string', default: 'bench-secret-of-the-signed-source' },
    connections: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '5' },
    bytes: { type: 'string', default: '1024' },
    /** Requests per second over all connections; 0 = as many as are answered. */
    rate: { type: 'string', default: '0' },
    /** Ends after so many, whatever the time. */
    count: { type: 'string', default: '0' },
    prefix: { type: 'string', default: String(process.pid) },
  },
});
const url = new URL(values.url);
const bytes = Number(values.bytes);
const rate = Number(values.rate);
const count = Number(values.count);
const makeBody = bodies(bytes);
const latencies = [];
let accepted = 0;
let refused = 0;
let sent = 0;
let stopping = false;

function request() {
  const n = sent;
  sent += 1;
  const at = performance.timeOrigin + performance.now();
  const body = makeBody(`${values.prefix}-${n}`, n, at);
  const signature = createHmac('sha256', values.secret).update(body).digest('hex');
  return (
    `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\n` +
    `X-Signature: sha256=${signature}\r\nUser-Agent: bench\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

function open(index, total) {
  const socket = connect(Number(url.port), url.hostname);
  socket.setNoDelay(true);
  let startedAt = 0;
  let buffer = '';
  let next = performance.now() + (rate > 0 ? (index * 1000) / rate : 0);
  const send = () => {
    if (stopping || (count > 0 && sent >= count)) return socket.end();
    startedAt = performance.now();
    socket.write(request());
  };
  const schedule = () => {
    if (rate === 0) return send();
    next += (1000 * total) / rate;
    setTimeout(send, Math.max(0, next - performance.now()));
  };
  socket.on('connect', schedule);
  socket.on('data', (chunk) => {
    buffer += chunk.toString('latin1');
    const head = buffer.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(buffer)?.[1] ?? 0);
    if (buffer.length < head + 4 + length) return;
    latencies.push(performance.now() - startedAt);
    if (buffer.startsWith('HTTP/1.1 202') || buffer.startsWith('HTTP/1.1 200')) accepted += 1;
    else refused += 1;
    buffer = buffer.slice(head + 4 + length);
    schedule();
  });
  return new Promise((resolve) => socket.on('close', resolve).on('error', () => (refused += 1)));
}

const began = performance.now();
const total = Number(values.connections);
const done = Array.from({ length: total }, (_, i) => open(i, total));
if (count === 0) setTimeout(() => (stopping = true), Number(values.seconds) * 1000);
await Promise.all(done);
const seconds = (performance.now() - began) / 1000;
latencies.sort((a, b) => a - b);
const at = (share) => Number((latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2));
process.stdout.write(
  `${JSON.stringify({ accepted, refused, seconds, perSecond: accepted / seconds, p50: at(0.5), p99: at(0.99) })}\n`,
);
