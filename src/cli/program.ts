import { Command } from 'commander';
import { addHelp } from './add-help.js';
import { auditCommand } from './audit.js';
import { bulkCommand } from './bulk.js';
import { checkCommand } from './check.js';
import type { CliIo } from './cli-io.js';
import { allCommands } from './command-tree.js';
import { completionCommand } from './completion.js';
import { deadCommand } from './dead.js';
import { deliveriesCommand } from './deliveries.js';
import { diffCommand } from './diff.js';
import { doctorCommand } from './doctor.js';
import { komandCommand } from './komand.js';
import { openKomand } from './open-komand.js';
import { presetsCommand } from './presets.js';
import { readVersion } from './read-version.js';
import { rejectedCommand } from './rejected.js';
import { sendCommand } from './send.js';
import { simulateCommand } from './simulate.js';
import { sourcesCommand } from './sources.js';
import { startCommand } from './start.js';
import { tryCommand } from './try.js';

/** Every command. Nothing of it ends the process: usage faults are thrown as commander's, all else as `CliError`. */
export function createProgram(io: CliIo): Command {
  const program = new Command('komand-bridge')
    .description(
      'Webhooks in, Komand workflow events out: verified, validated, kept, delivered, followed to the end.',
    )
    .version(readVersion());
  const commands = [
    startCommand(io),
    checkCommand(io),
    doctorCommand(io),
    auditCommand(io),
    tryCommand(io),
    sendCommand(io),
    diffCommand(io),
    deliveriesCommand(io),
    deadCommand(io),
    bulkCommand(io),
    rejectedCommand(io),
    sourcesCommand(io),
    presetsCommand(io),
    komandCommand(io, openKomand(io)),
    simulateCommand(io),
    completionCommand(io, () => program),
  ];
  for (const command of commands) program.addCommand(command);
  addHelp(program);
  // What is set on the program does not reach commands that were made before they were added
  for (const { command } of allCommands(program))
    command.exitOverride().configureOutput({ writeOut: io.stdout, writeErr: io.stderr });
  return program;
}
