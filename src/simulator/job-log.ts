import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { isJsonObject } from '../model/json.js';
import type { SimJob } from './job-store.js';
import type { JobLog } from './world.js';

/** Jobs that outlived the process that accepted them. */
export interface OpenJobLog extends JobLog {
  /** The seed they were minted from, where the file was there. */
  readonly seed: number | undefined;
  /** In the order accepted. */
  readonly jobs: readonly SimJob[];
  /** Must come before the first `append`. */
  begin(seed: number): void;
  close(): void;
}

/**
 * A file with a line for the seed and one for each job, written before the event is answered: what was accepted is
 * still there after a `kill -9`. At most the newest `limit` are read; the file is made as short then.
 * Throws what the file system throws.
 */
export function openJobLog(path: string, limit: number): OpenJobLog {
  const { seed, jobs } = existsSync(path) ? readLog(readFileSync(path, 'utf8'), limit) : NOTHING;
  let fd: number | undefined;
  const rewrite = (newSeed: number, kept: readonly SimJob[]): void => {
    if (fd !== undefined) closeSync(fd);
    const lines = [{ seed: newSeed }, ...kept].map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(`${path}.new`, lines.join(''));
    renameSync(`${path}.new`, path);
    fd = openSync(path, 'a');
  };
  return {
    seed,
    jobs,
    begin: (newSeed) => rewrite(newSeed, jobs),
    append: (job) => {
      if (fd !== undefined) writeSync(fd, `${JSON.stringify(job)}\n`);
    },
    clear: (newSeed) => rewrite(newSeed, []),
    close: () => {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

const NOTHING = { seed: undefined, jobs: [] };

/** The last line of a job counts: a person may have ended it. A line that was cut by a crash was never answered. */
function readLog(text: string, limit: number): { seed: number | undefined; jobs: SimJob[] } {
  let seed: number | undefined;
  const byId = new Map<string, SimJob>();
  for (const line of text.split('\n')) {
    const value = parse(line);
    if (!isJsonObject(value)) continue;
    if (typeof value['seed'] === 'number') seed = value['seed'];
    else if (isJob(value)) byId.set(value.id, value);
  }
  const jobs = [...byId.values()].sort((a, b) => a.n - b.n);
  return { seed, jobs: jobs.slice(-limit) };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isJob(value: object): value is SimJob {
  const job = value as Partial<Record<keyof SimJob, unknown>>;
  const texts = [job.id, job.workflowUid, job.name, job.groupId, job.body, job.outcome];
  const numbers = [job.n, job.acceptedAt, job.appearsAt, job.startsAt, job.endsAt];
  return texts.every((each) => typeof each === 'string') && numbers.every(Number.isSafeInteger);
}
