// The yardstick: Express 5 that parses JSON and answers 202, and does nothing else.
import express from 'express';

const app = express();
app.use(express.json({ limit: '1mb' }));
app.post('/hooks/bench', (request, response) => void response.status(202).json({ id: request.body.id }));
const server = app.listen(0, '127.0.0.1', () =>
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`),
);
process.on('SIGTERM', () => process.exit(0));
