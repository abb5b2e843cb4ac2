import { InvalidArgumentError, type Command } from 'commander';

/** Options of every command that talks to a running bridge. */
export interface ApiFlags {
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
}

export function withApi(command: Command): Command {
  return command
    .option('--json', 'machine-readable output')
    .option('--url <url>', 'operations address of the bridge (default: $BRIDGE_OPS_URL)')
    .option('--token <token>', 'operations token; better: $BRIDGE_OPS_TOKEN');
}

/** Reads a whole number of at least `least` from an option. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number from ${least}.`);
  };
}

/** As the API writes it into an address. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}
