/** What has been said and is not written yet, in this process. */
const unwritten = new Set<() => void>();
// Whatever ends the process in order, the last lines are those that tell why
process.on('exit', () => unwritten.forEach((write) => write()));

/** Gathers the lines of one turn of the event loop, and of a process that ends, into one text. */
export function gatherLines(write: (lines: string) => void): (line: string) => void {
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length === 0) return;
    const text = lines.join('\n');
    lines = [];
    unwritten.delete(flush);
    write(text);
  };
  return (line) => {
    if (lines.push(line) > 1) return;
    unwritten.add(flush);
    setImmediate(flush);
  };
}
