#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { auditCommand } from './cli/audit.js';
import { checkCommand } from './cli/check.js';
import type { CliIo } from './cli/cli-io.js';
import { deliveriesCommand } from './cli/deliveries.js';
import { CliError, EXIT } from './cli/exit-code.js';
import { komandCommand } from './cli/komand.js';
import { openKomand } from './cli/open-komand.js';
import { presetsCommand } from './cli/presets.js';
import { readVersion } from './cli/read-version.js';
import { rejectedCommand } from './cli/rejected.js';
import { sendCommand } from './cli/send.js';
import { simulateCommand } from './cli/simulate.js';
import { startCommand } from './cli/start.js';
import { tryCommand } from './cli/try.js';

const io: CliIo = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  terminal: process.stdout.isTTY,
};

const program = new Command('komand-bridge')
  .description(
    'Webhooks in, Komand workflow events out: verified, validated, kept, delivered, followed to the end.',
  )
  .version(readVersion())
  .exitOverride()
  .addCommand(startCommand(io))
  .addCommand(checkCommand(io))
  .addCommand(tryCommand(io))
  .addCommand(sendCommand(io))
  .addCommand(deliveriesCommand(io))
  .addCommand(rejectedCommand(io))
  .addCommand(auditCommand(io))
  .addCommand(presetsCommand(io))
  .addCommand(komandCommand(io, openKomand(io)))
  .addCommand(simulateCommand(io));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CliError) {
    io.stderr(`${error.message}\n`);
    return error.exitCode;
  }
  io.stderr(`komand-bridge: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.failed;
}
