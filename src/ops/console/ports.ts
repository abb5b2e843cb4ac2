import type { IncomingMessage } from 'node:http';
import type { Principal } from '../admin/admin-route.js';

/** Who is signed in, and the secret that each of this session's forms carries. */
export interface ConsoleSession {
  readonly principal: Principal;
  readonly csrfToken: string;
}

/** What the console asks of whoever keeps its sessions. */
export interface ConsoleSessions {
  /** `undefined` where nobody is signed in. */
  of(request: IncomingMessage): ConsoleSession | undefined;
  /** Whether a form came from a page of this session. */
  accepts(request: IncomingMessage, formToken: string): boolean;
}

/** What is known of the bridge without asking its API: for banners and the overview. Never rejects. */
export interface BridgeHealth {
  readonly redis: {
    readonly up: boolean;
    readonly detail: string;
    /** Absent while nobody knows. */
    readonly durable?: boolean;
    readonly durability?: string;
  };
  /** Delivery workers of all processes; `undefined` while Redis cannot tell. */
  readonly workers: number | undefined;
  /** As the workers of all processes see them. */
  readonly circuits: readonly {
    readonly target: string;
    readonly state: 'closed' | 'open' | 'half-open';
    readonly reason?: string;
  }[];
  readonly pausedRoutes: readonly {
    readonly source: string;
    readonly route: string;
    readonly reason: string;
  }[];
  /** Where a door is open in this process. Sizes in bytes. */
  readonly spool: { readonly events: number; readonly bytes: number; readonly maxBytes: number } | undefined;
}

/** A source as configured. */
export interface ConsoleSource {
  readonly name: string;
  readonly preset: string;
  readonly expectedIntervalMs: number | undefined;
  readonly routes: readonly { readonly name: string; readonly target: string; readonly endpoint: string }[];
}

/** Running totals of a source over all processes, as the store books them. */
export interface SourceTotals {
  readonly source: string;
  readonly accepted: number;
  readonly delivered: number;
  readonly dead: number;
  readonly discarded: number;
  /** Now: queued, active and scheduled. */
  readonly waiting: number;
  /** Unix milliseconds of the last accepted event, where one is known. */
  readonly lastEventAt?: number;
  /** Unix milliseconds of acceptance of the oldest delivery that has not ended. */
  readonly oldestAt?: number;
}
