import type { Records } from '../../src/delivery/ports.js';
import type { Start } from '../../src/delivery/verdict.js';
import { NO_PROGRESS, type Attempt, type Delivery } from '../../src/model/delivery.js';
import type { DeliveryId, EventId } from '../../src/model/ids.js';
import type { DeliveryOutcome, FailedOutcome } from '../../src/model/outcome.js';
import { TargetUnavailable, type Target, type TargetCall, type TargetJob } from '../../src/model/target.js';

/** 2026-01-01T00:00:00Z. */
export const T0 = Date.UTC(2026, 0, 1);
export const WORKFLOW = '00000000-0000-4000-8000-000000000001';

export function deliveryOf(over: Partial<Delivery> = {}): Delivery {
  return {
    id: 'dlv_01KDV0000000000000000000A1_all' as DeliveryId,
    eventId: 'evt_01KDV0000000000000000000A1' as EventId,
    source: 'alarms',
    route: 'all',
    deliveryKey: 'body:1',
    receivedAt: T0,
    body: '{"id":"1"}',
    contentType: 'application/json',
    headers: {},
    requestId: 'req_01KDV0000000000000000000A1',
    ...over,
  };
}

export function startOf(over: Partial<Start> = {}): Start {
  return {
    delivery: deliveryOf(),
    progress: NO_PROGRESS,
    lostStarts: 0,
    signal: new AbortController().signal,
    ...over,
  };
}

export function attemptOf(over: Partial<Attempt> = {}): Attempt {
  return { number: 1, startedAt: T0, durationMs: 5, outcome: 'retry', reached: 'answered', ...over };
}

export function failed(kind: FailedOutcome['kind'], over: Partial<FailedOutcome> = {}): FailedOutcome {
  return {
    kind,
    errorClass: 'http_5xx',
    reason: 'it said no',
    reached: 'answered',
    ...over,
  };
}

export const DELIVERED: DeliveryOutcome = {
  kind: 'delivered',
  jobId: 'j-1',
  answer: { status: 200, excerpt: '' },
};

export function jobOf(jobId: string, startMessage: unknown, over: Partial<TargetJob> = {}): TargetJob {
  return { jobId, status: 'queued', workflowId: WORKFLOW, createdAt: T0, startMessage, ...over };
}

/** A target with a script: what `send` answers, which jobs there are. */
export class FakeTarget implements Target {
  readonly name = 'soar';
  readonly calls: TargetCall[] = [];
  readonly opened: string[] = [];
  pages = 0;
  away = false;
  list: readonly TargetJob[] = [];
  answer: (call: TargetCall) => DeliveryOutcome | Promise<DeliveryOutcome> = () => DELIVERED;

  async send(call: TargetCall): Promise<DeliveryOutcome> {
    this.calls.push(call);
    return this.answer(call);
  }

  async jobs({ limit, offset }: { limit: number; offset: number }): Promise<readonly TargetJob[]> {
    if (this.away) throw new TargetUnavailable('away');
    this.pages += 1;
    return this.list.slice(offset, offset + limit).map((job) => ({ ...job, startMessage: undefined }));
  }

  async job(jobId: string): Promise<TargetJob | undefined> {
    if (this.away) throw new TargetUnavailable('away');
    this.opened.push(jobId);
    return this.list.find((job) => job.jobId === jobId);
  }

  jobUrl(jobId: string): string {
    return `https://komand.example.com/jobs/details/${jobId}`;
  }
}

/** The index by job id, in memory. */
export function fakeHolders(
  held: Readonly<Record<string, string>> = {},
): Pick<Records, 'holdersOf' | 'claimJobId'> {
  const holders = new Map(Object.entries(held));
  return {
    holdersOf: (jobIds) => Promise.resolve(jobIds.map((jobId) => holders.get(jobId))),
    claimJobId: (_source, jobId, by) => {
      if (!holders.has(jobId)) holders.set(jobId, by);
      return Promise.resolve(holders.get(jobId) === by);
    },
  };
}
