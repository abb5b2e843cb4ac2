/** Every body that the simulated Komand took, and how many times. */
export async function postedBodies(simulatorUrl: string): Promise<ReadonlyMap<string, number>> {
  const posted = new Map<string, number>();
  for (let since = 0; ;) {
    const url = `${simulatorUrl}/__sim/ledger?since=${since}&limit=1000&format=jsonl`;
    const lines = (await (await fetch(url)).text()).split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const entry = JSON.parse(line) as { seq: number; path: string; body: string; accepted: boolean };
      since = entry.seq;
      if (entry.accepted && entry.path.endsWith('/events'))
        posted.set(entry.body, (posted.get(entry.body) ?? 0) + 1);
    }
    if (lines.length < 1000) return posted;
  }
}
