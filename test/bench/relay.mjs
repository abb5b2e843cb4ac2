// What one writes in an afternoon: Express, ajv, queue.add; a worker of 50 with axios. No signature, no duplicates.
import { Ajv } from 'ajv';
import axios from 'axios';
import { Queue, Worker } from 'bullmq';
import express from 'express';
import http from 'node:http';

const [role, redisPort, target] = process.argv.slice(2);
const connection = { host: '127.0.0.1', port: Number(redisPort), maxRetriesPerRequest: null };

if (role === 'ingress') {
  const queue = new Queue('relay', { connection });
  const validate = new Ajv().compile({
    type: 'object',
    required: ['id', 'title'],
    properties: { id: { type: 'string' }, title: { type: 'string' } },
  });
  const app = express();
  app.use(express.json({ limit: '1mb' }));
  app.post('/hooks/bench', async (request, response) => {
    if (!validate(request.body)) return void response.status(422).json(validate.errors);
    const job = await queue.add('event', request.body, { attempts: 5, removeOnComplete: true });
    response.status(202).json({ id: job.id });
  });
  const server = app.listen(0, '127.0.0.1', () =>
    process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`),
  );
} else {
  const client = axios.create({ httpAgent: new http.Agent({ keepAlive: true }), timeout: 30_000 });
  const url = `${target}/v2/workflows/bench/events`;
  const worker = new Worker(
    'relay',
    async (job) => {
      const { data } = job;
      const mapped = {
        title: data.title,
        severity: data.severity,
        host: data.host,
        id: data.id,
        sent_at: data.sent_at,
        description: data.description,
        evidence: data.evidence,
      };
      return { job_id: (await client.post(url, mapped)).data.job_id };
    },
    { connection, concurrency: 50 },
  );
  await worker.waitUntilReady();
  process.stdout.write('{"ready":true}\n');
}
process.on('SIGTERM', () => process.exit(0));
