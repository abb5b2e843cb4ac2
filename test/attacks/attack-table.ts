export interface TestOutcome {
  /** The titles from the outermost to the test's own, joined by ` > `. */
  readonly name: string;
  readonly passed: boolean;
}

const AT_START = /^([HJSPKAM]-\d{1,2})\b/;

/** The attacks that a test stands for: its titles begin with their ids. */
export function attacksOf(name: string): readonly string[] {
  return name.split(' > ').flatMap((title) => AT_START.exec(title)?.[1] ?? []);
}

/** One row an attack, in Markdown. Complete: every attack has a test and all of them passed. */
export function attackTable(
  catalogue: Readonly<Record<string, string>>,
  tests: readonly TestOutcome[],
): { readonly text: string; readonly complete: boolean } {
  const counts = new Map(Object.keys(catalogue).map((id) => [id, { passed: 0, failed: 0 }]));
  for (const { name, passed } of tests)
    for (const id of attacksOf(name)) {
      const count = counts.get(id) ?? { passed: 0, failed: 0 };
      counts.set(id, count);
      count[passed ? 'passed' : 'failed'] += 1;
    }
  const rows = [...counts].map(([id, { passed, failed }]) => {
    const result = failed > 0 ? 'FAILED' : passed > 0 ? 'held' : 'NO TEST';
    return {
      result,
      line: `| ${id} | ${catalogue[id] ?? 'not in the catalogue'} | ${passed}/${passed + failed} | ${result} |`,
    };
  });
  const held = rows.filter(({ result }) => result === 'held').length;
  return {
    text: [
      '| # | attack | tests passed | result |',
      '|---|---|---|---|',
      ...rows.map(({ line }) => line),
      '',
      `${held} of ${rows.length} attacks held`,
    ].join('\n'),
    complete: held === rows.length && rows.length === Object.keys(catalogue).length,
  };
}
