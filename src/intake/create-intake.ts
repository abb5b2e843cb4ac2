import type { Observe } from '../model/observation.js';
import { Problem } from '../model/problem.js';
import type { RawRequest } from '../model/request.js';
import type { Source } from '../model/source.js';
import { checkHeaders, type RequestHead } from './check-headers.js';
import type { IntakeAnswer } from './intake-answer.js';
import { createLimits } from './limits.js';
import { createPipeline } from './pipeline.js';
import type { EventStore, RejectedStore } from './ports.js';
import { createRejections } from './rejections.js';

export interface IntakeDeps {
  /** The sources in force; another map after a reload. */
  readonly sources: () => ReadonlyMap<string, Source>;
  readonly store: EventStore;
  readonly rejected: RejectedStore;
  readonly observe: Observe;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Within this the pipeline has an answer, in milliseconds; senders are promised one within 5 s. */
  readonly deadlineMs: number;
}

export interface Intake {
  /** The source of this exact name. */
  find(name: string): Source | undefined;
  /** Checks what can be known before the body is read. Throws `Problem`. */
  checkHead(source: Source, head: RequestHead): void;
  /** Never rejects for anything a sender can cause; answers 503 when the deadline is over. */
  receive(source: Source, request: RawRequest): Promise<IntakeAnswer>;
}

export function createIntake(deps: IntakeDeps): Intake {
  const { store, rejected, observe, now, deadlineMs } = deps;
  const limits = createLimits({ now, pending: (source) => store.pending(source) });
  const rejections = createRejections({ store: rejected, now });
  const receive = createPipeline({ store, rejections, limits, observe });
  return {
    find: (name) => deps.sources().get(name),
    checkHead: checkHeaders,
    receive: (source, request) =>
      within(deadlineMs, receive(source, request), (end) =>
        observe({
          kind: 'notice',
          level: 'warn',
          event: 'request.late',
          message: 'A request ended after its sender had been told to send it again',
          data: { source: source.name, request_id: request.id, end },
        }),
      ),
  };
}

/**
 * What is under way when the deadline is over goes on by itself: if the event is stored after all, the sender's
 * retry is told so and makes no second one. How it ended goes to `late`.
 */
function within(
  ms: number,
  answer: Promise<IntakeAnswer>,
  late: (end: string) => void,
): Promise<IntakeAnswer> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      const problem = new Problem(
        'store_unavailable',
        503,
        'The bridge cannot answer in time; send this again later.',
        { retryAfterSeconds: 10 },
      );
      resolve({ status: 503, problem, events: [] });
    }, ms);
    answer.then(
      (value) => {
        clearTimeout(timer);
        if (over) late(`status ${value.status}`);
        else resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        if (over) late(String(error));
        else reject(error);
      },
    );
  });
}
