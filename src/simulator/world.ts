import { createFaultRules, type FaultRules } from './fault-rules.js';
import type { FaultRule } from './fault.js';
import { JobStore, type SimJob } from './job-store.js';
import { Ledger } from './ledger.js';
import { createRandom, type Random } from './random.js';
import { applyPatch, DEFAULT_SETTINGS, type SettingsPatch, type SimulatorSettings } from './settings.js';
import { Tokens } from './tokens.js';

/** Where accepted jobs outlive the process. */
export interface JobLog {
  append(job: SimJob): void;
  clear(seed: number): void;
}

export interface WorldOptions {
  readonly seed: number;
  readonly settings: SettingsPatch;
  readonly faults: readonly FaultRule[];
  readonly maxJobs: number;
  readonly maxLedger: number;
  readonly maxLedgerBytes: number;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/** Since the start or the last reset, as the controls show it; unlike ledger and jobs, never cut. */
export interface Counts {
  requests: number;
  logins: number;
  logins_refused: number;
  /** Events that came in, whatever became of them. */
  posts: number;
  accepted: number;
  jobs: number;
}

/** Everything that a Komand is, in memory. */
export class World {
  settings: SimulatorSettings;
  random: Random;
  tokens: Tokens;
  faults: FaultRules;
  counts: Counts = noCounts();
  /** Wrong passwords in a row. */
  refusedInRow = 0;
  /** The number of the next job. */
  nextJob = 0;
  /** Workflows that events came for, where no list is configured. */
  readonly seenWorkflows = new Set<string>();
  readonly jobs: JobStore;
  readonly ledger: Ledger;
  jobLog: JobLog | undefined;

  constructor(readonly options: WorldOptions) {
    this.jobs = new JobStore(options.maxJobs);
    this.ledger = new Ledger({ entries: options.maxLedger, bytes: options.maxLedgerBytes });
    this.settings = applyPatch(DEFAULT_SETTINGS, options.settings);
    this.random = createRandom(options.seed);
    this.tokens = new Tokens(this.random);
    this.faults = createFaultRules(this.random);
    this.faults.add(options.faults);
  }

  /** Unix milliseconds by this Komand's clock. */
  now(): number {
    return this.options.clock() + this.settings.clockOffsetMs;
  }

  /** As it was at the start; with the same seed it does the same again, down to the job ids. */
  reset(seed: number): void {
    this.settings = applyPatch(DEFAULT_SETTINGS, this.options.settings);
    this.random = createRandom(seed);
    this.tokens = new Tokens(this.random);
    this.faults = createFaultRules(this.random);
    this.faults.add(this.options.faults);
    this.counts = noCounts();
    this.refusedInRow = 0;
    this.nextJob = 0;
    this.seenWorkflows.clear();
    this.jobs.clear();
    this.ledger.clear();
    this.jobLog?.clear(seed);
  }
}

function noCounts(): Counts {
  return { requests: 0, logins: 0, logins_refused: 0, posts: 0, accepted: 0, jobs: 0 };
}
