import type { Observation } from '../../model/observation.js';
import { Problem } from '../../model/problem.js';
import { toLive } from './to-live.js';

export interface LiveTail {
  /** Takes what the process observes; costs nothing while nobody follows. */
  readonly observe: (observation: Observation) => void;
  /** Shows an event that another process saw. */
  readonly show: (kind: string, data: unknown) => void;
  /** Server-sent events until `signal` fires or the tail is closed. Throws `Problem` rate_limited at the limit. */
  follow(): (signal: AbortSignal) => AsyncIterable<string>;
  readonly followers: number;
  close(): void;
}

const MAX_FOLLOWERS = 100;
const HEARTBEAT_MS = 15_000;
/** Who reads too slowly misses what is more than that, and is told so: the process must not keep it for them. */
const MAX_WAITING = 500;

interface Follower {
  readonly lines: string[];
  missed: number;
  wake: () => void;
}

/** The live tail: what happens, as it happens, to at most 100 followers. */
export function createLiveTail({
  heartbeatMs = HEARTBEAT_MS,
  followed = () => undefined,
}: {
  readonly heartbeatMs?: number;
  /** Told whether anybody follows, when that changes. */
  readonly followed?: (followed: boolean) => void;
} = {}): LiveTail {
  const followers = new Set<Follower>();
  const ended = new AbortController();

  const show = (kind: string, data: unknown): void => {
    if (followers.size === 0) return;
    const text = `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const follower of followers) push(follower, text);
  };

  async function* events(follower: Follower, signal: AbortSignal): AsyncGenerator<string> {
    const beat = setInterval(() => push(follower, ': still here\n\n'), heartbeatMs);
    const stop = (): void => follower.wake();
    signal.addEventListener('abort', stop, { once: true });
    try {
      // Tells a browser to come back soon, and an operator that the line is open
      yield 'retry: 2000\n: following\n\n';
      while (!ended.signal.aborted && !signal.aborted) {
        if (follower.lines.length === 0) await new Promise<void>((resolve) => (follower.wake = resolve));
        const lines = follower.lines.splice(0).join('');
        const missed = follower.missed === 0 ? '' : `event: missed\ndata: {"count":${follower.missed}}\n\n`;
        follower.missed = 0;
        if (lines !== '' || missed !== '') yield missed + lines;
      }
    } finally {
      clearInterval(beat);
      signal.removeEventListener('abort', stop);
      followers.delete(follower);
      if (followers.size === 0) followed(false);
    }
  }

  return {
    observe(observation) {
      if (followers.size > 0) show(observation.kind, toLive(observation));
    },
    show,
    follow() {
      if (ended.signal.aborted)
        throw new Problem('draining', 503, 'The bridge is stopping.', { retryAfterSeconds: 5 });
      if (followers.size >= MAX_FOLLOWERS) {
        const sentence = `${MAX_FOLLOWERS} follow already; close one, or ask the list now and then instead.`;
        throw new Problem('rate_limited', 429, sentence, { retryAfterSeconds: 30 });
      }
      const follower: Follower = { lines: [], missed: 0, wake: () => undefined };
      followers.add(follower);
      if (followers.size === 1) followed(true);
      return (signal) => events(follower, signal);
    },
    get followers() {
      return followers.size;
    },
    close() {
      ended.abort();
      for (const follower of followers) follower.wake();
    },
  };
}

function push(follower: Follower, text: string): void {
  if (follower.lines.length >= MAX_WAITING) follower.missed += 1;
  else follower.lines.push(text);
  follower.wake();
}
