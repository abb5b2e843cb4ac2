import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLS } from './find-promtool.js';

export interface SystemdAnalyze {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The command to run, with what it needs in its environment, or `undefined` where there is none. */
export function findSystemdAnalyze(): SystemdAnalyze | undefined {
  return [installed(), unpacked()].find(
    ({ command, env }) => spawnSync(command, ['--version'], { env }).status === 0,
  );
}

function installed(): SystemdAnalyze {
  return { command: 'systemd-analyze', env: { PATH: process.env['PATH'] ?? '' } };
}

/** Its libraries and the units that ours refers to are beside it then. */
function unpacked(): SystemdAnalyze {
  const libraries = ['lib', 'usr/lib'].flatMap((folder) => {
    const path = join(TOOLS, folder);
    const triplets = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('-linux-gnu')) : [];
    return triplets.flatMap((name) => [join(path, name), join(path, name, 'systemd')]);
  });
  const units = ['lib', 'usr/lib'].map((folder) => join(TOOLS, folder, 'systemd/system'));
  return {
    command: join(TOOLS, 'usr/bin/systemd-analyze'),
    env: { LD_LIBRARY_PATH: libraries.join(':'), SYSTEMD_UNIT_PATH: units.join(':') },
  };
}
