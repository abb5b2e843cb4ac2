import type { Command } from 'commander';

/** A command and where it stands: `['bulk', 'run']`; the program itself has no path. */
export interface PlacedCommand {
  readonly path: readonly string[];
  readonly command: Command;
}

/** A command and all below it, from the top. */
export function allCommands(command: Command, path: readonly string[] = []): readonly PlacedCommand[] {
  return [
    { path, command },
    ...command.commands.flatMap((child) => allCommands(child, [...path, child.name()])),
  ];
}
