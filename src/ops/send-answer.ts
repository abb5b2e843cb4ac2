import type { Request, Response } from 'express';
import { once } from 'node:events';
import type { AdminAnswer } from './admin/admin-route.js';

/** Sends what a verb answers; a stream until it ends, the client leaves, or `closing` fires. */
export async function sendAnswer(
  request: Request,
  response: Response,
  answer: AdminAnswer,
  closing: AbortSignal,
): Promise<void> {
  response.status(answer.status);
  if ('stream' in answer) await sendStream(request, response, answer, closing);
  else if ('text' in answer) response.type(answer.contentType).send(answer.text);
  else response.json(answer.body);
}

async function sendStream(
  request: Request,
  response: Response,
  { stream, contentType, headers = {} }: Extract<AdminAnswer, { stream: unknown }>,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  const bodiless = request.method === 'HEAD';
  if (bodiless) leave();
  response.once('close', leave);
  closing.addEventListener('abort', leave, { once: true });
  try {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('content-type', contentType);
    // Proxies that buffer would make a live tail of a minute ago
    response.setHeader('x-accel-buffering', 'no');
    for await (const text of stream(gone.signal)) {
      if (bodiless || response.destroyed) continue;
      if (!response.write(text))
        await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
    }
    response.end();
  } catch (error) {
    // Half an export must not look like a whole one
    if (response.headersSent) response.destroy();
    throw error;
  } finally {
    response.off('close', leave);
    closing.removeEventListener('abort', leave);
  }
}
