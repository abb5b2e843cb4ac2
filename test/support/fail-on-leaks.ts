import { afterAll, expect } from 'vitest';

/** Things that keep a process alive once its tests are over. Pipes and stdio belong to the test runner. */
const LEAKS = new Set([
  'TCPServerWrap',
  'TCPSocketWrap',
  'TLSWrap',
  'ProcessWrap',
  'Timeout',
  'FSEventWrap',
  'Worker',
]);

function open(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => LEAKS.has(kind));
}

function tally(kinds: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

const before = tally(open());

/** What a test file opened and did not close is a failure of that file. Sockets may take a moment to go. */
afterAll(async () => {
  const deadline = performance.now() + 3_000;
  let leaked: string[] = [];
  do {
    const now = tally(open());
    leaked = [...now]
      .filter(([kind, count]) => count > (before.get(kind) ?? 0) + (kind === 'Timeout' ? 1 : 0))
      .map(([kind, count]) => `${count} × ${kind}`);
    if (leaked.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25).unref());
    await new Promise((resolve) => setImmediate(resolve));
  } while (performance.now() < deadline);
  expect(leaked, 'left open by this test file').toEqual([]);
}, 10_000);
