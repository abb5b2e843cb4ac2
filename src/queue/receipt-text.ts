import type { Attempt, Receipt } from '../model/delivery.js';
import { isJsonObject } from '../model/json.js';
import { parseObject } from '../model/parse-json.js';

/** What the attempt of almost every receipt says. */
const USUAL = { number: 1, outcome: 'delivered', reached: 'answered', status: 200 } as const;
const HEX_HASH = /^[\da-f]{64}$/;

type Usual = Pick<Attempt, keyof typeof USUAL>;
type Rest = Omit<Attempt, keyof Usual | 'jobId'> & {
  /** `null`: it has none though the receipt has. */
  readonly jobId?: string | null;
  /** `bodyHash` in base64url. */
  readonly hash?: string;
};
type ShortAttempt = Rest | (Rest & Usual);

/** A receipt without what it says twice. Every delivered event has one for as long as it is kept. */
type ShortReceipt = Omit<Receipt, 'attempt' | 'jobUrl'> & {
  readonly attempt: ShortAttempt;
  /** `jobUrl`, or as much of it as stands before the job's id at its end. */
  readonly jobUrl?: string;
  readonly jobUrlBase?: string;
};

/** A receipt as its job keeps it: JSON, a quarter shorter. */
export function writeReceipt({ attempt, jobUrl, ...receipt }: Receipt): string {
  const { jobId } = receipt;
  const atEnd = jobId !== undefined && jobUrl?.endsWith(jobId) === true;
  const short: ShortReceipt = {
    ...receipt,
    attempt: shortAttempt(attempt, jobId),
    ...(jobUrl === undefined ? {} : atEnd ? { jobUrlBase: jobUrl.slice(0, -jobId.length) } : { jobUrl }),
  };
  return JSON.stringify(short);
}

/** Reads what `writeReceipt` wrote. `undefined` for what is no receipt; BullMQ writes `null` where a job returned nothing. */
export function readReceipt(text: string | undefined): Receipt | undefined {
  const kept = text === undefined ? undefined : parseObject(text);
  if (kept === undefined || !isJsonObject(kept['attempt'])) return undefined;
  // Written by this program: its shape is trusted, its being there is not
  const short = kept as ShortReceipt & typeof kept;
  const { attempt, jobUrlBase, ...receipt } = short;
  return {
    ...receipt,
    attempt: longAttempt(attempt, receipt.jobId),
    ...(jobUrlBase === undefined ? {} : { jobUrl: jobUrlBase + (receipt.jobId ?? '') }),
  };
}

function shortAttempt(attempt: Attempt, jobId: string | undefined): ShortAttempt {
  const { number, outcome, reached, status, jobId: own, bodyHash, ...rest } = attempt;
  const isUsual =
    number === USUAL.number &&
    outcome === USUAL.outcome &&
    reached === USUAL.reached &&
    status === USUAL.status;
  return {
    ...rest,
    ...(isUsual ? {} : { number, outcome, reached, ...(status === undefined ? {} : { status }) }),
    ...(own === jobId ? {} : { jobId: own ?? null }),
    ...hashOf(bodyHash),
  };
}

function hashOf(bodyHash: string | undefined): Pick<Rest, 'hash' | 'bodyHash'> {
  if (bodyHash === undefined) return {};
  return HEX_HASH.test(bodyHash)
    ? { hash: Buffer.from(bodyHash, 'hex').toString('base64url') }
    : { bodyHash };
}

function longAttempt({ jobId: own, hash, ...rest }: ShortAttempt, jobId: string | undefined): Attempt {
  const job = own === undefined ? jobId : own;
  return {
    ...('outcome' in rest ? rest : { ...USUAL, ...rest }),
    ...(job === undefined || job === null ? {} : { jobId: job }),
    ...(hash === undefined ? {} : { bodyHash: Buffer.from(hash, 'base64url').toString('hex') }),
  };
}
