import { MappingError } from '../model/source.js';
import type { Source } from '../model/source.js';
import type { Example } from './load-examples.js';
import { exampleRequest, runExample } from './run-example.js';

/**
 * Why a source does not take a stored request, in one sentence, or `undefined`: a handshake or a ping is taken by a
 * good answer, everything else by events that keep to the schema and come out with a title and a severity.
 * Authentication is not looked at. `receivedAt` is Unix milliseconds.
 */
export async function bodyFault(
  source: Source,
  example: Example,
  receivedAt: number,
): Promise<string | undefined> {
  try {
    const result = await runExample(source, exampleRequest(example, receivedAt));
    if (result.kind === 'refused') return result.message;
    if (result.kind === 'answered') {
      const { status } = result.answer;
      return status < 300 ? undefined : `is answered ${status}`;
    }
    for (const { errors, mapped } of result.events) {
      const [error] = errors;
      if (error !== undefined) return `${error.pointer || '/'} ${error.message}`;
      const empty = ['title', 'severity'].find((name) => !isSaid(mapped?.[name]));
      if (empty !== undefined) return `comes out without a ${empty}`;
    }
    return result.events.length === 0 ? 'makes no event' : undefined;
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return `the mapping failed: ${error.message}`;
  }
}

function isSaid(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
