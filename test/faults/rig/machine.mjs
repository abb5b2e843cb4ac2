import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { waitFor } from './wait.mjs';

const FAKETIME_LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

/** What this machine can do; a fault that needs more is skipped, and said to be. @returns {Set<string>} */
export function abilities() {
  const root = process.getuid?.() === 0;
  const found = new Set(root ? ['root'] : []);
  if (works('strace', ['-V'])) found.add('strace');
  if (existsSync(FAKETIME_LIBRARY)) found.add('faketime');
  if (root && works('nft', ['list', 'tables'])) found.add('nft');
  if (root && works('unshare', ['-m', 'true'])) found.add('dns').add('mount-namespace');
  if (works('openssl', ['version'])) found.add('openssl');
  if (root && existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes')) found.add('memory-cgroup');
  return found;
}

/** @param {string} command @param {readonly string[]} args */
function works(command, args) {
  try {
    execFileSync(command, [...args], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A wall clock that a file sets; the monotonic one stays. @param {string} file */
export const FAKETIME = (file) => ({
  LD_PRELOAD: FAKETIME_LIBRARY,
  FAKETIME_TIMESTAMP_FILE: file,
  FAKETIME_CACHE_DURATION: '1',
  DONT_FAKE_MONOTONIC: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
});

/** Runs a command with a hosts file of its own, and with no name server. @param {string} hosts */
export const namespaceWithHosts = (hosts) => [
  'unshare',
  '-m',
  'sh',
  '-c',
  `mount --bind "$0" /etc/hosts && mount --bind /dev/null /etc/resolv.conf && exec "$@"`,
  hosts,
];

/**
 * Lets system calls of a process fail, take long or kill it while `during` runs.
 * @param {number} pid @param {readonly string[]} rules arguments such as `-e`, `inject=fdatasync:error=EIO`
 * @param {() => Promise<void>} during
 */
export async function underStrace(pid, rules, during) {
  const tracer = spawn('strace', ['-f', '-p', String(pid), ...rules, '-o', '/dev/null'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  tracer.stderr.on('data', (/** @type {Buffer} */ chunk) => (said += chunk.toString()));
  try {
    await waitFor('strace to attach', () => said.includes('attached'), 5_000);
    await during();
  } finally {
    if (tracer.exitCode === null && tracer.signalCode === null) {
      tracer.kill('SIGINT');
      await new Promise((resolve) => tracer.once('exit', resolve));
    }
  }
}

/** Packets of a port are treated by `rule` while `during` runs. @param {string} rule @param {() => Promise<void>} during */
export async function underNft(rule, during) {
  const table = `bridge_faults_${process.pid}`;
  execFileSync('nft', ['add', 'table', 'inet', table]);
  try {
    execFileSync('nft', ['add', 'chain', 'inet', table, 'in', '{ type filter hook input priority 0 ; }']);
    execFileSync('nft', ['add', 'rule', 'inet', table, 'in', ...rule.split(' ')]);
    await during();
  } finally {
    execFileSync('nft', ['delete', 'table', 'inet', table]);
  }
}
