import { Command } from 'commander';
import { addHelp } from './add-help.js';
import type { CliIo } from './cli-io.js';
import { allCommands } from './command-tree.js';
import { readVersion } from './read-version.js';

type Load = (io: CliIo, program: Command) => Promise<Command>;

/** Every command, in the order of the help. Each is loaded when it is asked for: most need little of the program. */
const COMMANDS: Readonly<Record<string, Load>> = {
  start: async (io) => (await import('./start.js')).startCommand(io),
  check: async (io) => (await import('./check.js')).checkCommand(io),
  doctor: async (io) => (await import('./doctor.js')).doctorCommand(io),
  audit: async (io) => (await import('./audit.js')).auditCommand(io),
  try: async (io) => (await import('./try.js')).tryCommand(io),
  send: async (io) => (await import('./send.js')).sendCommand(io),
  diff: async (io) => (await import('./diff.js')).diffCommand(io),
  deliveries: async (io) => (await import('./deliveries.js')).deliveriesCommand(io),
  dead: async (io) => (await import('./dead.js')).deadCommand(io),
  bulk: async (io) => (await import('./bulk.js')).bulkCommand(io),
  rejected: async (io) => (await import('./rejected.js')).rejectedCommand(io),
  sources: async (io) => (await import('./sources.js')).sourcesCommand(io),
  presets: async (io) => (await import('./presets.js')).presetsCommand(io),
  komand: async (io) => {
    const { komandCommand } = await import('./komand.js');
    return komandCommand(io, (await import('./open-komand.js')).openKomand(io));
  },
  simulate: async (io) => (await import('./simulate.js')).simulateCommand(io),
  completion: async (io, program) => (await import('./completion.js')).completionCommand(io, () => program),
};

/** These speak of all the others. */
const ALL = new Set(['completion', 'help']);
/** And these of none. */
const NONE = new Set(['--version', '-V']);

/**
 * The program with the command that its first word names, or with all of them. Nothing of it ends the process: usage
 * faults are thrown as commander's, all else as `CliError`.
 */
export async function createProgram(io: CliIo, firstWord?: string): Promise<Command> {
  const program = new Command('komand-bridge')
    .description(
      'Webhooks in, Komand workflow events out: verified, validated, kept, delivered, followed to the end.',
    )
    .version(readVersion());
  const none = firstWord !== undefined && NONE.has(firstWord);
  const only = firstWord !== undefined && Object.hasOwn(COMMANDS, firstWord) && !ALL.has(firstWord);
  for (const [name, load] of Object.entries(COMMANDS))
    if (!none && (!only || name === firstWord)) program.addCommand(await load(io, program));
  addHelp(program);
  // What is set on the program does not reach commands that were made before they were added
  for (const { command } of allCommands(program))
    command.exitOverride().configureOutput({ writeOut: io.stdout, writeErr: io.stderr });
  return program;
}
