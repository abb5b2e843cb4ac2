/** Both ends inclusive. */
export type Range = readonly [min: number, max: number];

/** A workflow that this Komand knows. */
export interface SimWorkflow {
  readonly uid: string;
  readonly name: string;
  /** An inactive one takes events by `inactiveWorkflow`. */
  readonly active?: boolean;
  /** Gone for good: the InsightConnect persona answers 410. */
  readonly deleted?: boolean;
  /** The API trigger that starts it: an event for the trigger starts every active workflow that has it. */
  readonly triggerId?: string;
}

/** How the InsightConnect persona behaves. */
export interface IconSettings {
  readonly apiKey: string;
  readonly status: 200 | 202;
  readonly answer: 'job-id' | 'empty' | 'error';
  /** For `error`: what stands in the body of the 2xx. */
  readonly errorCode: number;
  readonly shape: 'nested' | 'flat';
  /** The trigger's "Require API Key authentication" box. */
  readonly keyOnTrigger: boolean;
  readonly needsOrganization: boolean;
}

/** What became of an event that no workflow takes: refused, or answered like any other without a job. */
export type NoJob = '404' | '400' | 'accept';

export type AuthFailure = 'empty-401' | 'html-401' | 'denied-401' | 'denied-403' | 'denied-200';

/** Every switch; what a real Komand does is not known for most of them, so each has its variants. */
export interface SimulatorSettings {
  readonly user: string;
  readonly password: string;
  readonly tokenTtlMs: number;
  /** What a token says of its own end; the simulator ends it after `tokenTtlMs` all the same. */
  readonly tokenExp: 'normal' | 'missing' | 'before-iat';
  /** The answer to a missing, unknown, expired or revoked token. */
  readonly authFailure: AuthFailure;
  readonly loginFailure: 400 | 401 | 403;
  /** Wrong passwords in a row after which the right one is refused too, until a reset; 0 = never. */
  readonly lockAfter: number;
  /** How far this Komand's clock is ahead. */
  readonly clockOffsetMs: number;
  /** Empty: every workflow and trigger is known. */
  readonly workflows: readonly SimWorkflow[];
  readonly unknownWorkflow: NoJob;
  readonly inactiveWorkflow: NoJob;
  readonly triggerAuth: boolean;
  /** Jobs that one event of a trigger starts, where no workflow of the list has that trigger. */
  readonly triggerFanOut: Range;
  /** For a job that is not there (yet). */
  readonly unknownJob: 400 | 404 | 500;
  readonly maxBodyBytes: number;
  /** From the answer until the job can be seen. */
  readonly jobDelayMs: Range;
  /** From then until it ends; its first fifth is spent `queued`. */
  readonly jobDurationMs: Range;
  /**
   * Weights of the words with which jobs end. `stuck` stays queued and `waiting` waits for a person, both for ever;
   * `retried` starts a new job of the same group; any other word is said as it is.
   */
  readonly outcomes: Readonly<Record<string, number>>;
  /** `ended_at` stays Go's zero time and `updated_at` lies before `created_at`. */
  readonly oddTimes: boolean;
  /** Whether the items of the job list carry `context` too. */
  readonly listContext: boolean;
  /** Komand's own listener as it names it in `job_url`; never reachable from outside. */
  readonly internalUrl: string;
  readonly icon: IconSettings;
}

/** A change of switches; `icon` is merged too. */
export type SettingsPatch = Partial<Omit<SimulatorSettings, 'icon'>> & {
  readonly icon?: Partial<IconSettings>;
};

export const DEFAULT_SETTINGS: SimulatorSettings = {
  user: 'bridge',
  password: 'komand',
  tokenTtlMs: 30 * 60_000,
  tokenExp: 'normal',
  authFailure: 'empty-401',
  loginFailure: 401,
  lockAfter: 0,
  clockOffsetMs: 0,
  workflows: [],
  unknownWorkflow: '404',
  inactiveWorkflow: 'accept',
  triggerAuth: true,
  triggerFanOut: [1, 1],
  unknownJob: 404,
  maxBodyBytes: 10 * 1024 * 1024,
  jobDelayMs: [300, 1_500],
  jobDurationMs: [1_000, 3_000],
  outcomes: { succeeded: 92, failed: 5, cancelled: 1, dismissed: 1, retried: 1 },
  oddTimes: false,
  listContext: false,
  internalUrl: 'http://127.0.0.1:8000',
  icon: {
    apiKey: 'icon-key',
    status: 202,
    answer: 'job-id',
    errorCode: 500,
    shape: 'nested',
    keyOnTrigger: false,
    needsOrganization: false,
  },
};

/** The settings after a change. */
export function applyPatch(settings: SimulatorSettings, patch: SettingsPatch): SimulatorSettings {
  return { ...settings, ...patch, icon: { ...settings.icon, ...patch.icon } };
}
