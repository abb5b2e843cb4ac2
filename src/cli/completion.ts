import { Argument, Command } from 'commander';
import type { CliIo } from './cli-io.js';
import { allCommands } from './command-tree.js';

/** `komand-bridge completion bash|zsh`: the script for the shell. `program` is asked only once the command runs. */
export function completionCommand(io: CliIo, program: () => Command): Command {
  return new Command('completion')
    .description('print a completion script for your shell')
    .addArgument(new Argument('<shell>', 'which').choices(['bash', 'zsh']))
    .action((shell: string) => io.stdout(completionScript(shell === 'zsh' ? 'zsh' : 'bash', program())));
}

/** Made of the commands themselves, so that it never says what they do not take. Files are completed where nothing else is. */
export function completionScript(shell: 'bash' | 'zsh', program: Command): string {
  const cases = allCommands(program).map(({ path, command }) => {
    const options = command.options.flatMap(({ long }) => long ?? []);
    const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
    const children = command.commands.map((child) => child.name());
    return `    '${path.join(' ')}') words='${[...children, ...choices, ...options, '--help'].join(' ')}' ;;`;
  });
  const nested = allCommands(program).map(({ path }) => `'${path.join(' ')}'`);
  const name = program.name();
  const body = `_komand_bridge() {
  local words='' path='' next word i
  local cur="\${COMP_WORDS[COMP_CWORD]}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    next="\${path:+$path }$word"
    case "$next" in
      ${nested.filter((path) => path !== "''").join('|')}) path="$next" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _komand_bridge ${name}
`;
  const zsh = 'autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n';
  return shell === 'bash' ? body : `#compdef ${name}\n${zsh}${body}`;
}
