// The least of a Komand, so that the target is not what is measured: a login, a job id for every event, and the newest
// jobs, all of which succeeded.
// `GET /stats` tells what came since the last call: events, and the time from sending to answering in milliseconds.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

let events = 0;
let latencies = [];
let first = 0;
let last = 0;
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const issued = Math.floor(Date.now() / 1000);
const token = `${part({ alg: 'HS256' })}.${part({ iat: issued, exp: issued + 86_400, perms: ['APP'] })}.c2ln`;

/** The bridge looks at the newest 500 at most. */
const KEPT = 1_000;
const jobs = [];
let made = 0;

/** A page of the newest, in the form of Komand's own list. */
function listJobs(query) {
  const from = made - 1 - Number(query.get('offset') ?? 0);
  const page = [];
  for (let i = from; i > from - Number(query.get('limit') ?? 100) && i > made - 1 - KEPT && i >= 0; i -= 1) {
    const { jobId, at } = jobs[i % KEPT];
    const time = new Date(at).toISOString();
    page.push({ job_id: jobId, status: 'succeeded', created_at: time, started_at: time, ended_at: time });
  }
  return JSON.stringify({ jobs: page });
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/stats') {
      latencies.sort((a, b) => a - b);
      const at = (share) => Number((latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2));
      const seconds = (last - first) / 1000;
      response.end(
        JSON.stringify({ events, seconds, perSecond: events / seconds, p50: at(0.5), p99: at(0.99) }),
      );
      events = 0;
      latencies = [];
      first = 0;
      return;
    }
    if (request.url === '/v2/sessions') return void response.end(JSON.stringify({ token }));
    if (request.method === 'GET')
      return void response.end(listJobs(new URL(request.url, 'http://x').searchParams));
    const body = Buffer.concat(chunks).toString('latin1');
    const now = performance.timeOrigin + performance.now();
    // What the bench wants to become a dead letter
    if (body.includes('"id":"dead-')) {
      response.statusCode = 422;
      return void response.end('{"message":"refused"}');
    }
    const sentAt = /"sent_at":"?([\d.]+)/.exec(body)?.[1];
    if (sentAt !== undefined) latencies.push(now - Number(sentAt));
    if (first === 0) first = now;
    last = now;
    events += 1;
    response.setHeader('Content-Type', 'application/json');
    const jobId = randomUUID();
    jobs[made++ % KEPT] = { jobId, at: Date.now() };
    response.end(
      `{"job_id":"${jobId}","job_url":"http://127.0.0.1:8000/","message":"event published to queue"}`,
    );
  });
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`),
);
process.on('SIGTERM', () => process.exit(0));
