import type { Json, JsonObject } from '../../model/json.js';
import type { HttpCall } from './call.js';
import { KomandCallFailed } from './komand-call-failed.js';
import { type KomandJob, readJob, readList } from './komand-job.js';
import {
  type KomandThing,
  type KomandUser,
  type KomandWorkflow,
  readConnection,
  readPlugin,
  readUser,
  readWorkflow,
} from './komand-records.js';
import { parseJson } from '../../model/parse-json.js';
import { pathSegment } from './path-segment.js';

/** For a page of jobs, or one job with all its steps' output. */
const JOB_BYTES = 8 * 1024 * 1024;
/** For the lists without paging: "a lot of data", says Komand's own documentation. */
const LIST_BYTES = 32 * 1024 * 1024;

/** Makes a reading call with the session's token: the text of a 2xx answer. Rejects with `KomandCallFailed`. */
export type AuthorisedCall = (call: HttpCall) => Promise<string>;

export interface JobsQuery {
  readonly limit: number;
  readonly offset: number;
  readonly status?: string;
}

/** Every endpoint of the Komand v2 API, typed. Reading calls reject with `KomandCallFailed`. */
export interface KomandClient {
  /** Newest first. */
  jobs(query: JobsQuery): Promise<readonly KomandJob[]>;
  /** `undefined` while Komand does not know it: for a moment after it was accepted, and when it never was. */
  job(jobId: string): Promise<KomandJob | undefined>;
  /** What Komand says of a job's steps; its shape is not documented. `undefined` as for `job`. */
  jobSteps(jobId: string): Promise<Json | undefined>;
  workflows(): Promise<readonly KomandWorkflow[]>;
  users(): Promise<readonly KomandUser[]>;
  connections(): Promise<readonly KomandThing[]>;
  plugins(): Promise<readonly KomandThing[]>;
}

const HEADERS = { accept: 'application/json', 'accept-encoding': 'identity' };

function get(path: string, maxAnswer: number): HttpCall {
  return { method: 'GET', path, headers: HEADERS, maxAnswer };
}

/** The POST of an event. `body` is sent as it is: whether to wrap an array or scalar was the mapping's to decide. */
export function eventCall(endpoint: 'workflow' | 'trigger', id: string, body: string): HttpCall {
  const path =
    endpoint === 'workflow'
      ? `/v2/workflows/${pathSegment(id)}/events`
      : `/v2/trigger/${pathSegment(id)}/events`;
  return { method: 'POST', path, headers: { ...HEADERS, 'content-type': 'application/json' }, body };
}

/** Builds the client over a call that carries the session. */
export function createKomandClient(call: AuthorisedCall): KomandClient {
  const read = async (path: string, maxAnswer: number): Promise<Json> => {
    const value = parseJson(await call(get(path, maxAnswer)));
    if (value === undefined) throw new KomandCallFailed('bad_answer', `Komand answered ${path} without JSON`);
    return value;
  };
  const list = async <T>(
    path: string,
    name: string,
    max: number,
    item: (raw: JsonObject) => T,
  ): Promise<readonly T[]> => {
    const objects = readList(await read(path, max), name);
    if (objects === undefined)
      throw new KomandCallFailed('bad_answer', `Komand answered ${path} without a list`);
    return objects.map(item);
  };

  return {
    async jobs({ limit, offset, status }) {
      const only = status === undefined ? '' : `status=${encodeURIComponent(status)}&`;
      const path = `/v2/jobs?${only}desc=created_at&desc=job_id&limit=${limit}&offset=${offset}`;
      return (await list(path, 'jobs', JOB_BYTES, readJob)).filter((job) => job !== undefined);
    },
    job: (jobId) => read(`/v2/jobs/${pathSegment(jobId)}`, JOB_BYTES).then(readJob, unlessUnknown),
    jobSteps: (jobId) => read(`/v2/jobs/${pathSegment(jobId)}/steps`, JOB_BYTES).catch(unlessUnknown),
    // Without `minimum` Komand sends every workflow whole, which has crashed its own vendor's client.
    workflows: () => list('/v2/workflows?status=active&minimum=true', 'workflows', LIST_BYTES, readWorkflow),
    users: () => list('/v2/users', 'users', LIST_BYTES, readUser),
    connections: () => list('/v2/connections', 'connections', LIST_BYTES, readConnection),
    plugins: () => list('/v2/plugins', 'plugins', LIST_BYTES, readPlugin),
  };
}

/** The code for a job that was just accepted is not documented: probably 404, and no 4xx says more than "not known". */
function unlessUnknown(error: unknown): undefined {
  if (error instanceof KomandCallFailed && ['not_found', 'http_4xx'].includes(error.errorClass))
    return undefined;
  throw error;
}
