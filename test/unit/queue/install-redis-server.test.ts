import { describe, expect, it } from 'vitest';
import { installRedisServer, type Machine } from '../../../src/queue/install-redis-server.js';
import { RedisUnavailable } from '../../../src/queue/redis-unavailable.js';

/** A machine on which these commands work and all others do not; keeps what was run. */
function machineOf(works: readonly RegExp[], facts: Partial<Machine> = {}): Machine & { ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    isRoot: true,
    hasSystemd: false,
    run: async (command) => {
      const text = command.join(' ');
      if (!text.startsWith('sh -c command -v')) ran.push(text);
      return works.some((pattern) => pattern.test(text));
    },
    ...facts,
  };
}

const APT = 'env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -y';

describe('installing Redis', () => {
  it.each([
    ['apt-get', /apt-get/, [`${APT} --no-install-recommends install redis-server`]],
    ['apk', /apk/, ['apk add redis']],
    ['dnf', /dnf/, ['dnf -y install valkey']],
    ['yum', /yum/, ['yum -y install redis']],
    ['pacman', /pacman/, ['pacman -Sy --noconfirm valkey']],
    ['zypper', /zypper/, ['zypper -n install valkey']],
    ['brew', /brew/, ['brew install redis']],
  ])('uses %s where that is there', async (_, works, ran) => {
    const machine = machineOf([works]);
    await installRedisServer(undefined, machine);
    expect(machine.ran).toEqual(ran);
  });

  it('looks at what there is when the lists are old, and says each command', async () => {
    const said: string[] = [];
    const machine = machineOf([/command -v apt-get/, /update/]);
    await installRedisServer((line) => said.push(line), machine);
    expect(machine.ran).toEqual([
      `${APT} --no-install-recommends install redis-server`,
      `sh -c ${APT} update && ${APT} --no-install-recommends install redis-server`,
    ]);
    expect(said.map((line) => line.split(': ')[1])).toEqual(machine.ran);
  });

  it.each([
    ['one that was just installed', [/apt-get/], true],
    ["somebody's", [/apt-get/, /command -v redis-server/], false],
  ])('on systemd, switches off the service of %s: %s', async (_, works, off) => {
    const machine = machineOf([...works, /systemctl/], { hasSystemd: true });
    await installRedisServer(undefined, machine);
    expect(machine.ran.includes('systemctl disable --now redis-server')).toBe(off);
  });

  it('uses a sudo that does not ask', async () => {
    const machine = machineOf([/sudo -n/, /command -v apk/], { isRoot: false });
    await installRedisServer(undefined, machine);
    expect(machine.ran).toEqual(['sudo -n true', 'sudo -n apk add redis']);
  });

  it.each([
    ['root cannot be had', [/command -v apt-get/], false, 'sudo apt-get install -y redis-server'],
    ['it does not work', [/command -v dnf/], true, 'sudo dnf install -y valkey'],
    ['there is no package manager', [], true, 'set REDIS_URL'],
  ])('names the one command when %s', async (_, works, isRoot, command) => {
    const failed = await installRedisServer(undefined, machineOf(works, { isRoot })).catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(RedisUnavailable);
    expect(String(failed)).toContain(command);
  });
});
