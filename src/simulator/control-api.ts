import { InvalidInput, someOf, text as someText, wholeNumberIn } from './checks.js';
import { summarise } from './ledger-summary.js';
import { jobLine, ledgerLine } from './control-lines.js';
import { readFaults } from './read-faults.js';
import { readSettings } from './read-settings.js';
import { json, type Reply } from './reply.js';
import { applyPatch } from './settings.js';
import type { SimRequest } from './sim-request.js';
import type { World } from './world.js';

const DEFAULT_PAGE = 1_000;
const MOST_PAGE = 50_000;

type Action = (world: World, request: SimRequest) => Reply;

/** What stands under `/__sim/`, by method and the rest of the path. */
const ACTIONS: Readonly<Record<string, Action>> = {
  'GET state': (world) => json(stateOf(world)),
  'GET faults': (world) => json(world.faults.list()),
  'POST faults': (world, { body }) => json(world.faults.add(readFaults(parse(body)))),
  'DELETE faults': (world, { segments }) => json({ removed: world.faults.remove(numberOf(segments[2])) }),
  'GET ledger': (world, request) =>
    request.segments[2] === 'summary' ? json(summarise(world)) : ledgerPage(world, request),
  'GET jobs': (world, request) => jobsPage(world, request),
  'POST jobs': (world, request) => endJob(world, request),
  'POST revoke': (world) => json({ revoked: world.tokens.revoke() }),
  'POST config': (world, { body }) => {
    world.settings = applyPatch(world.settings, readSettings(parse(body)));
    return json(stateOf(world));
  },
  'POST reset': (world, { body }) => {
    const asked = readReset(body === '' ? {} : parse(body), '');
    world.reset(asked.seed ?? world.random.seed);
    return json(stateOf(world));
  },
};

const readReset = someOf<{ seed: number }>({ seed: wholeNumberIn(0, 0xffffffff) });
const readEnd = someOf<{ outcome: string }>({ outcome: someText });

/** The controls of the simulator itself: faults, switches, ledger. Not part of any Komand. */
export function answerControl(world: World, request: SimRequest): Reply {
  // A page in a browser on this machine could reach this port too; no tool sends this header
  if (request.headers.origin !== undefined) return problem(403, 'Not for web pages.');
  const { method, segments } = request;
  const action = ACTIONS[`${method} ${segments[1] ?? ''}`];
  if (action === undefined) {
    return problem(404, `There is no such control; there are: ${Object.keys(ACTIONS).join(', ')}.`);
  }
  try {
    return action(world, request);
  } catch (error) {
    if (error instanceof InvalidInput) return problem(400, error.message);
    throw error;
  }
}

function problem(status: number, message: string): Reply {
  return json({ message }, status);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new InvalidInput('The body is not JSON.');
  }
}

function numberOf(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || text === '') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidInput(`"${text}" is not a whole number.`);
}

function stateOf(world: World): object {
  const { settings, random, counts, jobs, ledger, tokens, faults } = world;
  const now = world.now();
  return {
    seed: random.seed,
    now: new Date(now).toISOString(),
    counts,
    jobs: { kept: jobs.size, by_status: jobs.tally(now) },
    ledger: { last: ledger.last, dropped: ledger.dropped },
    tokens: tokens.alive(now),
    faults: faults.list(),
    settings: { ...settings, password: '[hidden]', icon: { ...settings.icon, apiKey: '[hidden]' } },
  };
}

/** `since` is the number of the last entry already read; `format=jsonl` gives the entries alone, one a line. */
function ledgerPage({ ledger }: World, { query }: SimRequest): Reply {
  const { since, limit, lines } = readPage(query);
  const entries = ledger.page(since, limit);
  return page(entries.map(ledgerLine), lines, {
    next: entries.at(-1)?.seq ?? since,
    dropped: ledger.dropped,
  });
}

/** Every accepted job that is kept, whether it can be seen yet or not; `since` is the first number asked for. */
function jobsPage(world: World, { query }: SimRequest): Reply {
  const { since, limit, lines } = readPage(query);
  const found = [];
  for (const job of world.jobs.all()) {
    if (job.n >= since && found.length < limit) found.push(job);
  }
  const next = (found.at(-1)?.n ?? since - 1) + 1;
  return page(
    found.map((job) => jobLine(job, world.now())),
    lines,
    { next },
  );
}

function readPage(query: string): { since: number; limit: number; lines: boolean } {
  const asked = new URLSearchParams(query);
  return {
    since: numberOf(asked.get('since')) ?? 0,
    limit: Math.min(numberOf(asked.get('limit')) ?? DEFAULT_PAGE, MOST_PAGE),
    lines: asked.get('format') === 'jsonl',
  };
}

function page(items: readonly object[], lines: boolean, rest: object): Reply {
  if (!lines) return json({ entries: items, ...rest });
  const body = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  return { status: 200, type: 'application/x-ndjson', body };
}

function endJob(world: World, { segments, body }: SimRequest): Reply {
  const { outcome } = readEnd(parse(body), '');
  const job = world.jobs.peek(segments[2] ?? '');
  if (job === undefined) return problem(404, 'There is no such job.');
  if (outcome === undefined) throw new InvalidInput('/outcome is missing.');
  const now = world.now();
  const ended = world.jobs.end(job, outcome, now);
  world.jobLog?.append(ended);
  return json(jobLine(ended, now));
}
