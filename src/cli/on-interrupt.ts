import type { CliIo } from './cli-io.js';

/** A signal that fires at Ctrl-C, so that a command can end in order; the process no longer ends by itself until `release`. */
export function onInterrupt(io: CliIo): { readonly signal: AbortSignal; readonly release: () => void } {
  if (io.interrupted !== undefined) return { signal: io.interrupted, release: () => undefined };
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return { signal: controller.signal, release: () => void process.off('SIGINT', stop).off('SIGTERM', stop) };
}

/** Waits, but not beyond the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
