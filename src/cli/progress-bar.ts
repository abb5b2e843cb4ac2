import type { CliIo } from './cli-io.js';

const WIDTH = 30;

/** Shows how far long work is, on a terminal only; elsewhere it says nothing. */
export interface ProgressBar {
  show(done: number, total: number, note: string): void;
  /** Leaves the line as it is and goes to the next one. */
  end(): void;
}

/** A bar on standard error, so that standard output stays data. */
export function createProgressBar(io: CliIo): ProgressBar {
  let last = '';
  return {
    show: (done, total, note) => {
      if (io.messagesOnTerminal !== true) return;
      const line = barOf(done, total, note);
      if (line !== last) io.stderr(`\r${line}\u001b[K`);
      last = line;
    },
    end: () => {
      if (last !== '') io.stderr('\n');
      last = '';
    },
  };
}

/** `[#####-----]  50 %  5/10  note`; of nothing, all is done. */
export function barOf(done: number, total: number, note: string): string {
  const part = total <= 0 ? 1 : Math.min(1, Math.max(0, done / total));
  const filled = Math.floor(part * WIDTH);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${percent} %  ${done}/${total}${note === '' ? '' : `  ${note}`}`;
}
