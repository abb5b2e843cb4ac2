import type { Target } from '../../model/target.js';
import type { ErrorClass } from '../../model/outcome.js';
import { KomandCallFailed } from './komand-call-failed.js';

/** A Komand that says no to a reading call is there all the same; one that cannot be logged in to is of no use. */
const THERE: ReadonlySet<ErrorClass> = new Set(['permission', 'not_found', 'http_4xx', 'http_429']);

/** Asks for the latest job, which changes nothing. Resolves whether Komand answered; never rejects. */
export async function probeKomand(target: Pick<Target, 'jobs'>): Promise<{ up: boolean; reason: string }> {
  try {
    await target.jobs({ limit: 1, offset: 0 });
    return { up: true, reason: 'it answers' };
  } catch (error) {
    const there = error instanceof KomandCallFailed && THERE.has(error.errorClass);
    return { up: there, reason: error instanceof Error ? error.message : String(error) };
  }
}
