import type { Observe } from '../../model/observation.js';
import type { TargetSettings } from '../../model/settings.js';
import type { Target } from '../../model/target.js';
import { asCallFailed, createAuthorisedCall } from './authorised.js';
import { createKomandClient, type KomandClient } from './client.js';
import { createHttpClient } from './http-client.js';
import type { Resolve } from './checked-lookup.js';
import { classifyLogin, loginCall } from './login.js';
import { pathSegment } from './path-segment.js';
import { createRedact } from './redact.js';
import { createRepeatedJobIds } from './repeated-job-ids.js';
import { sendEvent } from './send-event.js';
import { createSession, type SessionState } from './session.js';

/** A Komand instance: the target of deliveries, and its whole API for the command line. */
export interface KomandTarget extends Omit<Target, 'jobs' | 'job'>, KomandClient {
  /** Logs in now unless there is a session. Rejects with `KomandCallFailed`. */
  login(): Promise<SessionState>;
  /** How it stands with the login; never the token. */
  session(): SessionState;
  /** Forgets the session and any back-off after a refusal: for new secrets. */
  resetSession(): void;
  /** Closes every connection; calls under way end as broken connections. */
  close(): Promise<void>;
}

export interface KomandTargetDeps {
  readonly observe: Observe;
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** For `tls.ca_file`. */
  readonly readFile: (path: string) => string;
  /** The system's resolver unless told. */
  readonly resolve?: Resolve;
}

/** Throws `RangeError` for a fingerprint that is none, and what `readFile` throws for `tls.ca_file`. */
export function createKomandTarget(settings: TargetSettings, deps: KomandTargetDeps): KomandTarget {
  const { name, username, password, tokenAs } = settings;
  const now = deps.now ?? Date.now;
  const publicUrl = settings.publicUrl.replace(/\/+$/, '');
  const http = createHttpClient(settings, deps.readFile, deps.resolve);
  const redact = createRedact([password]);
  const session = createSession({
    login: async () => classifyLogin(await http.call(loginCall(username, password)), redact, now()),
    target: name,
    password,
    sessionMax: settings.sessionMax,
    now,
    notice: (notice) => deps.observe({ kind: 'notice', ...notice }),
  });
  const repeated = createRepeatedJobIds();
  if (settings.tls.insecureSkipVerify) warnInsecure(settings, deps.observe);

  return {
    ...createKomandClient(createAuthorisedCall(http, session, tokenAs)),
    name,
    async send(call) {
      const outcome = await sendEvent({ http, session, tokenAs, now }, call);
      if (outcome.kind === 'delivered' && outcome.jobId !== undefined && repeated(outcome.jobId))
        tellRepeated(name, outcome.jobId, deps.observe);
      return outcome;
    },
    jobUrl: (jobId) => `${publicUrl}/jobs/details/${pathSegment(jobId)}`,
    async login() {
      await session.grant().catch(asCallFailed);
      return session.state();
    },
    session: () => session.state(),
    resetSession: () => session.reset(),
    async close() {
      http.close();
    },
  };
}

function warnInsecure({ name, url, tls }: TargetSettings, observe: Observe): void {
  const pinned = tls.fingerprint !== undefined;
  observe({
    kind: 'notice',
    level: pinned ? 'warn' : 'error',
    event: 'tls.insecure',
    message: pinned
      ? `Target ${name}: insecure_skip_verify is set besides a fingerprint, which alone decides`
      : `Target ${name}: insecure_skip_verify is set. Anyone between the bridge and ${url} can read its password`,
    data: { target: name },
  });
}

/** Komand said yes, so nothing is sent again; but which job is whose is no longer certain. */
function tellRepeated(target: string, jobId: string, observe: Observe): void {
  observe({
    kind: 'notice',
    level: 'warn',
    event: 'target.job_id_repeated',
    message: `Target ${target} answered with a job_id that an earlier event got: the job's outcome may be the other's`,
    data: { target, job_id: jobId },
  });
}
