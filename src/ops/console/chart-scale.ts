/** The next round number (1, 1.5, 2 … 8 × a power of ten) at or above; 1 for nothing at all. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10])
    if (value <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

/** Coordinates need no more than one digit behind the point. */
export function round(n: number): number {
  return Math.round(n * 10) / 10;
}

/** Points of a line; a gap where nothing is known begins a new stroke. */
export function linePath(
  values: readonly (number | undefined)[],
  width: number,
  height: number,
  max: number,
): string {
  const stepX = values.length > 1 ? width / (values.length - 1) : 0;
  let path = '';
  let pen = false;
  for (const [i, value] of values.entries()) {
    if (value === undefined) {
      pen = false;
      continue;
    }
    path += `${pen ? 'L' : 'M'}${round(i * stepX)} ${round(height - (Math.min(value, max) / max) * height)}`;
    // A single point would leave no mark
    if (!pen && values[i + 1] === undefined) path += 'h.01';
    pen = true;
  }
  return path;
}
