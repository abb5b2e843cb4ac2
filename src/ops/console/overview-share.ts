/** Delivered of all that ended by themselves. */
export function share(delivered: number, dead: number): string {
  if (delivered + dead === 0) return '–';
  const percent = (delivered / (delivered + dead)) * 100;
  // 99.96 must not read as everything
  return dead > 0 && percent > 99.9 ? '>99.9 %' : `${percent.toFixed(percent === 100 ? 0 : 1)} %`;
}
