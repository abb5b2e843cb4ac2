/** Long names have much in common that says nothing: `BRIDGE_SOURCES_`. */
const MOST_EDITS = 4;

/**
 * The name that was probably meant, if one is near: at most a third of its letters are wrong, and no more than four (one always
 * may be). Case, `-` and `_` do not count.
 */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  const wanted = plain(name);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of names) {
    const limit = Math.min(MOST_EDITS, Math.max(1, Math.floor(candidate.length / 3)));
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const distance = editDistance(wanted, plain(candidate));
    if (distance <= limit && distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** The hint of a fault, or `undefined`. */
export function didYouMean(name: string, names: Iterable<string>): string | undefined {
  const nearest = name.length > 100 ? undefined : nearestName(name, names);
  return nearest === undefined ? undefined : `did you mean "${nearest}"?`;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}

/** Insertions, deletions, substitutions, and neighbours that changed places (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
