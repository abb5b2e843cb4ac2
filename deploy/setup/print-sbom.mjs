// Prints the bill of materials of what ships, as CycloneDX JSON: npm run sbom > sbom.json
//
// `npm sbom --omit=dev` by itself leaves out every package that the tests need too (seen with npm 11: 40 of 159). So npm
// is shown a lock file in which there is nothing else.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { devDependencies: _tests, ...manifest } = read('package.json');
const { packages, ...lock } = read('package-lock.json');
const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
const { devDependencies: _alsoTests, ...root } = packages[''];

const parent = mkdtempSync(join(tmpdir(), 'komand-bridge-sbom-'));
// npm takes the name of the folder for that of the product
const dir = join(parent, manifest.name);
try {
  mkdirSync(dir);
  write('package.json', manifest);
  write('package-lock.json', { ...lock, packages: Object.fromEntries([['', root], ...shipped]) });
  const done = spawnSync('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], {
    cwd: dir,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  process.exitCode = done.status ?? 1;
} finally {
  rmSync(parent, { recursive: true });
}

function read(name) {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
}

function write(name, value) {
  writeFileSync(join(dir, name), JSON.stringify(value));
}
