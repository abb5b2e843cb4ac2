import type { TargetSettings } from '../model/settings.js';
import type { Share } from './ports.js';

/** One worker process among those that live. */
export interface Place {
  readonly count: number;
  /** 0 … count - 1; the same order in every process. */
  readonly rank: number;
}

/**
 * What this process may use of a target, so that all together use no more than is configured: an equal part, what
 * does not divide going to the first ones. Without a place (not known yet) it is nothing. Pure.
 */
export function shareOf(
  { concurrency, rateLimit }: Pick<TargetSettings, 'concurrency' | 'rateLimit'>,
  place: Place | undefined,
): Share {
  if (place === undefined) return { concurrency: 0 };
  const { count, rank } = place;
  const part = Math.floor(concurrency / count) + (rank < concurrency % count ? 1 : 0);
  // With more workers than places the rate belongs to those that have one
  const sharers = Math.min(count, concurrency);
  return { concurrency: part, ...(rateLimit === undefined ? {} : { rateLimit: rateLimit / sharers }) };
}
