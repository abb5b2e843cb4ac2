/** Where a command reads and writes: data on stdout, messages on stderr. */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether standard output is a terminal: colours, bars and prompts only there. */
  readonly terminal: boolean;
  /** Whether standard error is one: progress is shown there, beside the data. */
  readonly messagesOnTerminal?: boolean;
  /** Asks the person at the terminal; absent where nobody is there to be asked. `undefined`: no answer came. */
  readonly ask?: (question: string) => Promise<string | undefined>;
  /** Fires when the person wants no more (Ctrl-C): for commands that run until then. Absent: as `process` has it. */
  readonly interrupted?: AbortSignal;
}

/** `text` in a colour, where the terminal shows one and `NO_COLOR` (no-color.org) does not forbid it. */
export function paint(io: CliIo, colour: 'red' | 'green' | 'yellow' | 'dim' | 'bold', text: string): string {
  const plainly = (io.env['NO_COLOR'] ?? '') !== '' || io.env['TERM'] === 'dumb';
  if (!io.terminal || plainly) return text;
  const code = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 }[colour];
  return `\u001b[${code}m${text}\u001b[0m`;
}

/** Prints a value as JSON on one line. */
export function printJson(io: CliIo, value: unknown): void {
  io.stdout(`${JSON.stringify(value)}\n`);
}

/** Prints rows as columns that line up; the first row is the heading. */
export function printTable(io: CliIo, rows: readonly (readonly string[])[]): void {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  for (const row of rows) {
    io.stdout(
      `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ')}\n`,
    );
  }
}

/** What a terminal would obey (ESC, CR and other controls) is shown, not sent: these texts come from outside. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
