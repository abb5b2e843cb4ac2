import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

/** Where distributions put it; the first is Debian's. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function findChromium(): string | undefined {
  return PLACES.find((place) => existsSync(place));
}

/** Installs it with apt. Throws with what apt said where that does not work. */
export async function installChromium(say: (line: string) => void): Promise<void> {
  say('Installing chromium for the tests of the console …');
  const apt = async (...args: readonly string[]): Promise<void> => {
    await promisify(execFile)('apt-get', ['-y', '-q', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 * 1024 * 1024,
    });
  };
  const install = (): Promise<void> => apt('install', '--no-install-recommends', 'chromium');
  // The second time after a look at what there is: a fresh machine's lists are empty or old
  await install().catch(async () => {
    await apt('update');
    await install();
  });
}
