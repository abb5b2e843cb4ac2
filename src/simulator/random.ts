/** Chance by position: the same seed, stream and number always give the same, in whatever order they are asked. */
export interface Random {
  readonly seed: number;
  /** From 0 to below 1. */
  unit(stream: number, n: number): number;
  /** A whole number of the range, both ends inclusive. */
  within(range: readonly [min: number, max: number], stream: number, n: number): number;
  /** Looks like a random UUID; no two `n` below 2^32 of a stream have the same. */
  uuid(stream: number, n: number): string;
}

/** What is drawn, each from a stream of its own. */
export const STREAM = {
  jobId: 1,
  delay: 2,
  duration: 3,
  outcome: 4,
  fanOut: 5,
  detail: 6,
  session: 7,
  fault: 1_000,
};

/** MurmurHash3's finaliser: a permutation of the 32-bit numbers. */
function scramble(n: number): number {
  let h = n;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hex(n: number): string {
  return n.toString(16).padStart(8, '0');
}

/** Chance for a seed, of which 32 bits count. */
export function createRandom(seed: number): Random {
  const start = scramble(seed ^ 0x9e3779b9);
  const word = (stream: number, n: number): number =>
    scramble(scramble(start + Math.imul(stream, 0x9e3779b1)) ^ n);
  const unit = (stream: number, n: number): number => word(stream, n) / 2 ** 32;
  return {
    seed,
    unit,
    within: ([min, max], stream, n) => min + Math.floor(unit(stream, n) * (max - min + 1)),
    uuid: (stream, n) => {
      const [a, b, c, d] = [0, 1, 2, 3].map((i) => hex(word(stream * 16 + i + 10_000, n))) as [
        string,
        string,
        string,
        string,
      ];
      const variant = '89ab'.charAt(Number.parseInt(c.charAt(0), 16) & 3);
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
    },
  };
}
