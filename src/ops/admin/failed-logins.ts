/** Wrong tokens of one address a minute, after which even a right one has to wait: guessing gets nowhere. */
const PER_MINUTE = 20;
const MINUTE_MS = 60_000;
const ADDRESSES = 10_000;

export interface FailedLogins {
  /** Seconds until this address may try again; `undefined` while it may. */
  blockedFor(address: string): number | undefined;
  failed(address: string): void;
}

/** Counts wrong tokens by address. Memory is bounded: at the limit the oldest addresses are forgotten. */
export function createFailedLogins(now: () => number): FailedLogins {
  const counts = new Map<string, { minute: number; times: number }>();
  const minuteOf = (): number => Math.floor(now() / MINUTE_MS);
  return {
    blockedFor(address) {
      const found = counts.get(address);
      if (found?.minute !== minuteOf() || found.times < PER_MINUTE) return undefined;
      return Math.max(1, Math.ceil(((found.minute + 1) * MINUTE_MS - now()) / 1_000));
    },
    failed(address) {
      const minute = minuteOf();
      const found = counts.get(address);
      const times = found?.minute === minute ? found.times + 1 : 1;
      counts.delete(address);
      counts.set(address, { minute, times });
      if (counts.size <= ADDRESSES) return;
      const [oldest] = counts.keys();
      if (oldest !== undefined) counts.delete(oldest);
    },
  };
}
