import { MappingError } from '../model/source.js';
import type { Source } from '../model/source.js';
import type { Example } from './load-examples.js';
import { exampleRequest, runExample } from './run-example.js';

/** What a source makes of a stored request. */
export interface BodyVerdict {
  /** Why the source does not take it, in one sentence. */
  readonly fault: string | undefined;
  /** The common severity of each event that comes out; none of a handshake or a ping. */
  readonly severities: readonly string[];
}

/**
 * Does a source take a stored request? A handshake or a ping is taken by a good answer, everything else by events that
 * keep to the schema and come out with a title and a severity. Authentication is not looked at. `receivedAt` is Unix
 * milliseconds.
 */
export async function judgeBody(source: Source, example: Example, receivedAt: number): Promise<BodyVerdict> {
  const severities: string[] = [];
  const verdict = (fault?: string): BodyVerdict => ({ fault, severities });
  try {
    const result = await runExample(source, exampleRequest(example, receivedAt));
    if (result.kind === 'refused') return verdict(result.message);
    if (result.kind === 'answered') {
      const { status } = result.answer;
      return verdict(status < 300 ? undefined : `is answered ${status}`);
    }
    for (const { errors, mapped } of result.events) {
      const [error] = errors;
      if (error !== undefined) return verdict(`${error.pointer || '/'} ${error.message}`);
      const { title, severity } = mapped ?? {};
      if (!isSaid(title)) return verdict('comes out without a title');
      if (!isSaid(severity)) return verdict('comes out without a severity');
      severities.push(severity);
    }
    return verdict(result.events.length === 0 ? 'makes no event' : undefined);
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return verdict(`the mapping failed: ${error.message}`);
  }
}

function isSaid(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
