import { STREAM, type Random } from './random.js';
import type { SimulatorSettings } from './settings.js';

/** Beyond every clock, and still a whole number for JSON. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** A job's whole life, settled when its event is accepted; what it looks like is read off the clock. Unix milliseconds. */
export interface JobLife {
  /** The engine creates it: from here on it can be seen. */
  readonly appearsAt: number;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly outcome: string;
}

type LifeSettings = Pick<SimulatorSettings, 'jobDelayMs' | 'jobDurationMs' | 'outcomes'>;

/** The life of the n-th job, accepted at `acceptedAt`. Pure. */
export function planLife(
  settings: LifeSettings,
  random: Random,
  n: number,
  acceptedAt: number,
  outcome = drawOutcome(settings.outcomes, random.unit(STREAM.outcome, n)),
): JobLife {
  const appearsAt = acceptedAt + random.within(settings.jobDelayMs, STREAM.delay, n);
  const duration = random.within(settings.jobDurationMs, STREAM.duration, n);
  if (outcome === 'stuck') return { appearsAt, startsAt: NEVER, endsAt: NEVER, outcome };
  const startsAt = appearsAt + Math.floor(duration / 5);
  return { appearsAt, startsAt, endsAt: outcome === 'waiting' ? NEVER : appearsAt + duration, outcome };
}

function drawOutcome(weights: Readonly<Record<string, number>>, unit: number): string {
  const words = Object.entries(weights);
  let left = unit * words.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [word, weight] of words) {
    if (left < weight) return word;
    left -= weight;
  }
  return words[0]?.[0] ?? 'succeeded';
}

/** Komand's word for where a job stands. */
export function statusAt(life: JobLife, now: number): string {
  if (now < life.startsAt) return 'queued';
  if (now < life.endsAt) return life.outcome === 'waiting' ? 'waiting' : 'running';
  return life.outcome;
}
