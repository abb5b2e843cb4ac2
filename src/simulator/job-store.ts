import { BoundedList } from './bounded-list.js';
import { DueHeap } from './due-heap.js';
import { type JobLife, NEVER, statusAt } from './job-life.js';

/** A job and the event that started it. */
export interface SimJob extends JobLife {
  /** 0, 1, 2 … in the order accepted. */
  readonly n: number;
  readonly id: string;
  readonly workflowUid: string;
  readonly name: string;
  readonly groupId: string;
  /** The event as it came, JSON text. */
  readonly body: string;
  readonly acceptedAt: number;
}

/** Jobs by id and in order of creation; the oldest are forgotten beyond `limit`. Nothing happens by timer. */
export class JobStore {
  readonly #byId = new Map<string, SimJob>();
  /** Accepted, not yet created by the engine. */
  readonly #coming = new DueHeap<SimJob>();
  /** Ids of created jobs, oldest first: each appears once, when its time has come. */
  readonly #created = new BoundedList<string>();

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.#byId.size;
  }

  /** One that never appears is not kept. */
  add(job: SimJob, now: number): void {
    if (job.appearsAt === NEVER) return;
    this.#byId.set(job.id, job);
    this.#coming.push(job);
    this.#settle(now);
    while (this.#byId.size > this.limit) {
      const oldest = this.#created.shift() ?? this.#coming.popDue(NEVER)?.id;
      if (oldest === undefined) break;
      this.#byId.delete(oldest);
    }
  }

  get(id: string, now: number): SimJob | undefined {
    const job = this.#byId.get(id);
    return job !== undefined && job.appearsAt <= now ? job : undefined;
  }

  /** Whether it was accepted and is kept, visible or not. */
  peek(id: string): SimJob | undefined {
    return this.#byId.get(id);
  }

  /** Gives a job another end, as a person may. */
  end(job: SimJob, outcome: string, now: number): SimJob {
    const startsAt = Math.min(job.startsAt, now);
    const ended = { ...job, startsAt, endsAt: Math.min(job.endsAt, now), outcome };
    this.#byId.set(job.id, ended);
    return ended;
  }

  /** Created jobs that pass, newest first. */
  list(now: number, page: { offset: number; limit: number; passes?: (job: SimJob) => boolean }): SimJob[] {
    this.#settle(now);
    const found: SimJob[] = [];
    let skipped = 0;
    for (let i = this.#created.size - 1; i >= 0 && found.length < page.limit; i -= 1) {
      const job = this.#byId.get(this.#created.at(i) ?? '');
      if (job === undefined || page.passes?.(job) === false) continue;
      if (skipped < page.offset) skipped += 1;
      else found.push(job);
    }
    return found;
  }

  /** Everything kept, in the order accepted, visible or not. */
  all(): IterableIterator<SimJob> {
    return this.#byId.values();
  }

  /** How many stand where. */
  tally(now: number): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const job of this.#byId.values()) {
      const word = job.appearsAt > now ? 'not visible yet' : statusAt(job, now);
      counts[word] = (counts[word] ?? 0) + 1;
    }
    return counts;
  }

  clear(): void {
    this.#byId.clear();
    this.#coming.clear();
    this.#created.clear();
  }

  #settle(now: number): void {
    for (let job = this.#coming.popDue(now); job !== undefined; job = this.#coming.popDue(now)) {
      this.#created.push(job.id);
    }
  }
}
