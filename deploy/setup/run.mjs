// What `npm start`, `npm test` and the other scripts run first: plain Node.js, because on a fresh clone nothing
// else is there yet. Installs the dependencies if they are missing or out of date, builds if the sources changed,
// and then runs the command in this same process.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const OLDEST_NODE = [20, 19];

function say(line) {
  process.stderr.write(`${line}\n`);
}

function stop(code, sentence) {
  say(sentence);
  process.exit(code);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    stop(
      7,
      `Komand Bridge needs Node.js ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}. Install a newer one and run the command again.`,
    );
  }
}

function run(command, args) {
  const done = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  return done.status ?? 1;
}

/** The lock file's hash is kept inside node_modules, so that a changed or half-finished install is noticed. */
function installDependencies() {
  const stamp = join(ROOT, 'node_modules', '.komand-bridge-lock');
  const wanted = hashOf([join(ROOT, 'package-lock.json')]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Installing dependencies (npm ci) …');
  if (run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']) !== 0) {
    stop(7, "The dependencies could not be installed: see npm's message above, then run the command again.");
  }
  writeFileSync(stamp, wanted);
}

function build() {
  const stamp = join(ROOT, 'dist', '.sources');
  const wanted = hashOf([
    join(ROOT, 'tsconfig.json'),
    join(ROOT, 'package-lock.json'),
    ...filesBelow(join(ROOT, 'src')),
  ]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Building (tsc) …');
  if (run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', ROOT]) !== 0) {
    stop(1, 'The build failed: see the messages above.');
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
    )
    .sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Each check is a command of its own, so that its own messages say what is wrong. */
const CHECKS = [
  ['types', ['typescript/bin/tsc', '--noEmit', '-p', 'test']],
  ['lint', ['oxlint/bin/oxlint', '--type-aware', '--deny-warnings', 'src', 'test']],
  ['format', ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', 'src', 'test', 'deploy/setup']],
];

function runChecks() {
  for (const [name, [script, ...args]] of CHECKS) {
    const status = run(process.execPath, [join(ROOT, 'node_modules', script), ...args]);
    if (status !== 0) stop(1, `The ${name} check failed: see the messages above.`);
  }
}

function vitest(args) {
  const done = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--config',
      join(ROOT, 'test', 'vitest.config.ts'),
      ...args,
    ],
    { cwd: ROOT, stdio: 'inherit' },
  );
  process.exit(done.status ?? 1);
}

const [task = 'start', ...rest] = process.argv.slice(2);
checkNode();
installDependencies();
if (task === 'check') {
  runChecks();
  vitest(['--project', 'unit', ...rest]);
}
build();
if (task === 'build') process.exit(0);
if (task === 'test') {
  if (rest.length === 0) runChecks();
  vitest(rest);
}
if (task === 'attacks') {
  const projects = ['--project', 'attacks', '--project', 'real'];
  const reporters = [
    '--reporter',
    'default',
    '--reporter',
    join(ROOT, 'test', 'attacks', 'table-reporter.ts'),
  ];
  // The files with that word in their path
  vitest(['attacks', ...projects, ...reporters, ...rest]);
}

const ENTRY = {
  start: 'dist/main.js',
  bench: 'test/bench/main.mjs',
  faults: 'test/faults/main.mjs',
  fuzz: 'test/fuzz/main.mjs',
};
const entry = ENTRY[task];
if (entry === undefined)
  stop(2, `There is no task "${task}": use start, test, check, build, bench, faults, fuzz or attacks.`);
process.chdir(ROOT);
process.argv = [
  process.execPath,
  join(ROOT, entry),
  ...(task === 'start' ? ['start', '--setup'] : []),
  ...rest,
];
await import(pathToFileURL(join(ROOT, entry)).href);
