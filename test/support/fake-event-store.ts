import type { Arrival, RejectedRequest, Stored } from '../../src/model/arrival.js';
import { deliveryId } from '../../src/model/ids.js';
import type { Problem } from '../../src/model/problem.js';

/** A store that remembers: as the real one, it knows a delivery key again and answers with the first ids. */
export class FakeEventStore {
  readonly arrivals: Arrival[] = [];
  readonly rejections: RejectedRequest[] = [];
  /** Set: `accept` and `record` reject with it. */
  away: Problem | undefined;
  /** Set: `accept` waits for it. */
  gate: Promise<void> | undefined;
  /** How many deliveries `pending` says are waiting. */
  waiting = 0;
  readonly #first = new Map<string, Stored>();

  async accept(arrivals: readonly Arrival[]): Promise<readonly Stored[]> {
    await this.gate;
    if (this.away !== undefined) throw this.away;
    return arrivals.map((arrival) => this.#take(arrival));
  }

  async record(rejected: RejectedRequest): Promise<void> {
    if (this.away !== undefined) throw this.away;
    this.rejections.push(rejected);
  }

  pending(): number {
    return this.waiting;
  }

  /** Rejected requests whose body was kept. */
  get quarantined(): readonly RejectedRequest[] {
    return this.rejections.filter((each) => each.quarantined !== undefined);
  }

  #take(arrival: Arrival): Stored {
    const { event, routes } = arrival;
    const key = `${event.source} ${event.deliveryKey}`;
    const known = event.dedupeWindowMs > 0 ? this.#first.get(key) : undefined;
    if (known !== undefined) return { ...known, status: 'duplicate' };
    this.arrivals.push(arrival);
    const stored: Stored = {
      eventId: event.id,
      status: routes.length === 0 ? 'filtered' : 'queued',
      deliveries: routes.map((route) => deliveryId(event.id, route)),
    };
    this.#first.set(key, stored);
    return stored;
  }
}
