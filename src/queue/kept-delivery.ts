import type { Delivery, Progress, Receipt } from '../model/delivery.js';
import { eventIdOf, routeOf, type DeliveryId } from '../model/ids.js';
import { SealedError } from '../model/sealed-error.js';
import { readDelivery, writeDelivery } from './delivery-text.js';
import { timeOfId } from './id-time.js';
import type { Seal } from './seal.js';

/** What a target said of an attempt: it may repeat what it was sent. */
type Words = readonly { readonly answer?: string; readonly reason?: string }[];

/**
 * The data of the jobs of one event's deliveries. Sealed once for all of them, as a JSON text, and bound to the event (a
 * replay to itself), so that none can be passed off as another's.
 */
export function keptData(seal: Seal, deliveries: readonly Delivery[]): readonly string[] {
  const [first] = deliveries;
  if (first === undefined) return [];
  if (!seal.isDue(first.body.length)) return deliveries.map(writeDelivery);
  const sealed = seal.seal(writeDelivery(first), nameOf(first.id));
  return sealed === undefined ? deliveries.map(writeDelivery) : deliveries.map(() => `"${sealed}"`);
}

/** A delivery out of its job's data, or why it cannot be opened; `undefined` where it is none of ours. */
export function openData(
  seal: Seal,
  source: string,
  id: string,
  data: string,
): Delivery | SealedError | undefined {
  if (!data.startsWith('"')) return readDelivery(source, id, data);
  try {
    return readDelivery(source, id, seal.open(data.slice(1, -1), nameOf(id)));
  } catch (error) {
    if (error instanceof SealedError) return error;
    throw error;
  }
}

/** `dlv_` and what it has in common with the other deliveries of its event. */
function nameOf(id: string): string {
  return id.slice(0, 30);
}

/** What is known of a delivery that cannot be opened. */
export function closedDelivery(source: string, id: DeliveryId): Delivery {
  return {
    id,
    eventId: eventIdOf(id),
    source,
    route: routeOf(id),
    receivedAt: timeOfId(id),
    deliveryKey: '',
    body: '',
    contentType: '',
    headers: {},
    requestId: '',
  };
}

/** A delivery's progress as its job keeps it: what a target said is sealed, what the bridge goes by is not. */
export function keptProgress(
  seal: Seal,
  id: string,
  progress: Progress & { readonly sealed?: unknown },
): Progress {
  // Could not be opened, and stays as it is
  if (progress.sealed !== undefined) return progress;
  const { attempts, ...rest } = progress;
  const words: Words = attempts.map(({ answer, reason }) => ({
    ...(answer === undefined ? {} : { answer }),
    ...(reason === undefined ? {} : { reason }),
  }));
  const text = JSON.stringify(words);
  const sealed = seal.isDue(text.length) ? seal.seal(text, `${id} progress`) : undefined;
  if (sealed === undefined) return progress;
  const bare = {
    ...rest,
    attempts: attempts.map(({ answer: _answer, reason: _reason, ...attempt }) => attempt),
    sealed,
  };
  return bare;
}

/** Throws `SealedError`. `progress` was made by `keptProgress`. */
export function openProgress(
  seal: Seal,
  id: string,
  { sealed, ...progress }: Progress & { readonly sealed?: unknown },
): Progress {
  if (typeof sealed !== 'string') return progress;
  const words = parseSealed(seal, sealed, `${id} progress`) as Words;
  return { ...progress, attempts: progress.attempts.map((attempt, i) => ({ ...attempt, ...words[i] })) };
}

/** A receipt as a job keeps it. */
export function keptReceipt(
  seal: Seal,
  id: string,
  receipt: Receipt & { readonly sealed?: unknown },
): Receipt {
  if (receipt.sealed !== undefined) return receipt;
  const { message, attempt, ...rest } = receipt;
  const { answer, reason, ...bare } = attempt;
  // JSON makes six characters of one at most
  const most = 6 * ((message?.length ?? 0) + (answer?.length ?? 0) + (reason?.length ?? 0)) + 100;
  if (!seal.isDue(most)) return receipt;
  const text = JSON.stringify({ message, answer, reason });
  const sealed = seal.isDue(text.length) ? seal.seal(text, `${id} receipt`) : undefined;
  if (sealed === undefined) return receipt;
  const kept = { ...rest, attempt: bare, sealed };
  return kept;
}

/** Throws `SealedError`. `receipt` was made by `keptReceipt`. */
export function openReceipt(
  seal: Seal,
  id: string,
  { sealed, ...receipt }: Receipt & { readonly sealed?: unknown },
): Receipt {
  if (typeof sealed !== 'string') return receipt;
  const words = parseSealed(seal, sealed, `${id} receipt`) as Words[number] & { readonly message?: string };
  const { message, ...said } = words;
  return {
    ...receipt,
    ...(message === undefined ? {} : { message }),
    attempt: { ...receipt.attempt, ...said },
  };
}

/** What of a progress or a receipt can be read without its key. */
export function closed<T extends Progress | Receipt>(kept: T): T {
  const bare: T & { sealed?: unknown } = { ...kept };
  delete bare.sealed;
  return bare;
}

/** What opens was written here: its shape is trusted. */
function parseSealed(seal: Seal, sealed: string, name: string): object {
  const value: unknown = JSON.parse(seal.open(sealed, name));
  if (typeof value !== 'object' || value === null) throw new SealedError('damaged', '');
  return value;
}
