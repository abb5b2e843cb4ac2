import type { DeliveryState, DeliveryView, JobOutcome, Progress, Receipt } from '../model/delivery.js';
import { NO_PROGRESS } from '../model/delivery.js';
import { isDeliveryId } from '../model/ids.js';
import { parseObject } from '../model/parse-json.js';
import { SealedError } from '../model/sealed-error.js';
import { DELAYED_SCALE } from './finish-script.js';
import { closed, closedDelivery, openData, openProgress, openReceipt } from './kept-delivery.js';
import { readReceipt } from './receipt-text.js';
import type { JobFields } from './packed-job.js';
import type { Seal } from './seal.js';

/** What tells the state of a job besides its own hash. */
export interface JobPlace {
  /** Its score among the delayed, in BullMQ's coding. */
  readonly delayedScore: string | null;
  readonly locked: boolean;
}

/** What is known of a packed job that cannot be unpacked: only what is delivered is packed. */
const PACKED: JobFields = { finishedOn: '' };

/**
 * Reads the hash of a BullMQ job. `undefined` where there is none, or it is not one of ours. What cannot be opened is
 * left out and said in `unreadable`.
 */
export function readJob(
  source: string,
  id: string,
  stored: JobFields | SealedError,
  place: JobPlace,
  seal: Seal,
): DeliveryView | undefined {
  if (!isDeliveryId(id)) return undefined;
  const hash = stored instanceof SealedError ? PACKED : stored;
  const read = stored instanceof SealedError ? stored : openData(seal, source, id, hash['data'] ?? '');
  const delivery = read instanceof SealedError ? closedDelivery(source, id) : read;
  if (delivery === undefined) return undefined;
  let unreadable = read instanceof SealedError ? read.message : undefined;
  const opened = <T extends Progress | Receipt>(kept: T, open: (kept: T) => T): T => {
    try {
      return open(kept);
    } catch (error) {
      if (!(error instanceof SealedError)) throw error;
      unreadable ??= error.message;
      return closed(kept);
    }
  };
  const state = stateOf(hash, place);
  const noted = readReceipt(hash['returnvalue']);
  const receipt = noted && opened(noted, (kept) => openReceipt(seal, id, kept));
  const progress = opened(readProgress(hash['progress']), (kept) => openProgress(seal, id, kept));
  const { outcome, failedStep } = hash;
  return {
    delivery,
    state,
    progress,
    ...(receipt === undefined ? {} : { receipt }),
    ...(outcome === undefined
      ? receipt?.jobId === undefined
        ? {}
        : { jobOutcome: 'pending' as const }
      : { jobOutcome: outcome as JobOutcome }),
    ...(failedStep === undefined || failedStep === '' ? {} : { failedStep }),
    ...(unreadable === undefined ? {} : { unreadable }),
    ...(place.delayedScore === null
      ? {}
      : { nextAt: Math.floor(Number(place.delayedScore) / DELAYED_SCALE) }),
  };
}

function stateOf(hash: JobFields, place: JobPlace): DeliveryState {
  if (hash['discardedBy'] !== undefined) return 'discarded';
  if (hash['finishedOn'] !== undefined) return hash['failedReason'] === undefined ? 'delivered' : 'dead';
  if (place.delayedScore !== null) return 'scheduled';
  return place.locked ? 'active' : 'queued';
}

function readProgress(text: string | undefined): Progress {
  const progress = text === undefined ? undefined : parseObject(text);
  // Written by this program: its shape is trusted, its being there is not
  return Array.isArray(progress?.['attempts']) ? (progress as Progress & typeof progress) : NO_PROGRESS;
}
