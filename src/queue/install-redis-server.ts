import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { RedisUnavailable } from './redis-unavailable.js';

/** A way to install it: what a person would type, in the order in which the steps are tried. */
interface Manager {
  readonly name: string;
  /** Without a name (macOS, where root is refused) no root is needed. */
  readonly needsRoot: boolean;
  /** Each is one attempt; the first that works is enough. */
  readonly attempts: readonly (readonly string[])[];
}

/**
 * Debian's package starts a service of its own. On SysV init `RUNLEVEL=1` keeps it from doing so, without changing
 * anything that would outlive the command; systemd has no such word, so there it is switched off right after.
 */
const APT = ['env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'apt-get', '-y'];
const APT_INSTALL = [...APT, '--no-install-recommends', 'install', 'redis-server'];
const SWITCH_OFF = ['systemctl', 'disable', '--now', 'redis-server'];

const MANAGERS: readonly Manager[] = [
  {
    name: 'apt-get',
    needsRoot: true,
    // The second time after a look at what there is: a fresh machine's lists are empty or old
    attempts: [APT_INSTALL, ['sh', '-c', `${[...APT, 'update'].join(' ')} && ${APT_INSTALL.join(' ')}`]],
  },
  {
    name: 'apk',
    needsRoot: true,
    attempts: [
      ['apk', 'add', 'redis'],
      ['apk', 'add', 'valkey'],
    ],
  },
  {
    name: 'dnf',
    needsRoot: true,
    attempts: [
      ['dnf', '-y', 'install', 'valkey'],
      ['dnf', '-y', 'install', 'redis'],
    ],
  },
  { name: 'yum', needsRoot: true, attempts: [['yum', '-y', 'install', 'redis']] },
  {
    name: 'pacman',
    needsRoot: true,
    attempts: [
      ['pacman', '-Sy', '--noconfirm', 'valkey'],
      ['pacman', '-Sy', '--noconfirm', 'redis'],
    ],
  },
  {
    name: 'zypper',
    needsRoot: true,
    attempts: [
      ['zypper', '-n', 'install', 'valkey'],
      ['zypper', '-n', 'install', 'redis'],
    ],
  },
  {
    name: 'brew',
    needsRoot: false,
    attempts: [
      ['brew', 'install', 'redis'],
      ['brew', 'install', 'valkey'],
    ],
  },
];

/** What a person types where the above cannot be done for them. */
const BY_HAND: Readonly<Record<string, string>> = {
  'apt-get': 'sudo apt-get install -y redis-server',
  apk: 'sudo apk add redis',
  dnf: 'sudo dnf install -y valkey',
  yum: 'sudo yum install -y redis',
  pacman: 'sudo pacman -Sy valkey',
  zypper: 'sudo zypper install valkey',
  brew: 'brew install redis',
};
const NO_MANAGER =
  'Redis 6.2 or later is needed and no known package manager is here to install it: see https://redis.io/docs/latest/operate/oss_and_stack/install/, or set REDIS_URL.';

/** The machine, so that a test can stand in for it. */
export interface Machine {
  /** Whether the command ends with 0. Never asks anything. */
  readonly run: (command: readonly string[]) => Promise<boolean>;
  readonly isRoot: boolean;
  readonly hasSystemd: boolean;
}

const THIS_MACHINE: Machine = {
  run: ([program = '', ...args]) =>
    new Promise((resolve) => {
      const child = execFile(program, args, { timeout: 300_000, maxBuffer: 64 << 20 }, (error) =>
        resolve(error === null),
      );
      // Whoever would like to ask finds nobody there
      child.stdin?.end();
    }),
  isRoot: process.getuid?.() === 0,
  hasSystemd: existsSync('/run/systemd/system'),
};

/**
 * Installs a Redis (or Valkey) with the system's package manager where that needs no answer from a person: as root, or
 * with a sudo that does not ask. Rejects with `RedisUnavailable`, whose message is the one command to run.
 */
export async function installRedisServer(
  say: (line: string) => void = () => undefined,
  machine: Machine = THIS_MACHINE,
): Promise<void> {
  const manager = await firstThere(machine);
  if (manager === undefined) throw new RedisUnavailable(NO_MANAGER);
  const byHand = BY_HAND[manager.name] ?? '';
  const asRoot = manager.needsRoot ? await rootPrefix(machine) : [];
  if (asRoot === undefined) throw new RedisUnavailable(byHand);
  // One that is there but too old may be somebody's: its service is not ours to stop
  const wasThere = await machine.run(['sh', '-c', 'command -v redis-server']);
  for (const attempt of manager.attempts) {
    say(`Redis is missing; installing it: ${[...asRoot, ...attempt].join(' ')}`);
    if (!(await machine.run([...asRoot, ...attempt]))) continue;
    if (manager.name === 'apt-get' && machine.hasSystemd && !wasThere) {
      say("The package's own Redis service is not needed; switching it off.");
      await machine.run([...asRoot, ...SWITCH_OFF]);
    }
    return;
  }
  throw new RedisUnavailable(byHand);
}

async function firstThere(machine: Machine): Promise<Manager | undefined> {
  for (const manager of MANAGERS)
    if (await machine.run(['sh', '-c', `command -v ${manager.name}`])) return manager;
  return undefined;
}

/** What goes before a command that needs root; `undefined` where root cannot be had without asking. */
async function rootPrefix(machine: Machine): Promise<readonly string[] | undefined> {
  if (machine.isRoot) return [];
  return (await machine.run(['sudo', '-n', 'true'])) ? ['sudo', '-n'] : undefined;
}
