import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findSystemdAnalyze } from '../../support/find-systemd-analyze.js';

const UNIT = fileURLToPath(new URL('../../../deploy/systemd/komand-bridge@.service', import.meta.url));

/** The most exposure that `systemd-analyze security` may find, of 100. */
const MOST = 25;

const tool = findSystemdAnalyze();

describe('deploy/systemd', () => {
  it('leaves the drain its 25 s, and does not restart on a faulty configuration', () => {
    const text = readFileSync(UNIT, 'utf8');
    expect(Number(/^TimeoutStopSec=(\d+)s$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(30);
    expect(/^RestartPreventExitStatus=(.+)$/m.exec(text)?.[1]?.split(' ')).toContain('3');
  });

  it.skipIf(tool === undefined)('is verified, and exposes little (skipped where there is no systemd)', () => {
    const dir = mkdtempSync(join(tmpdir(), 'bridge-unit-'));
    try {
      // The name of an instance, as it is started
      const unit = join(dir, 'komand-bridge@ingress.service');
      copyFileSync(UNIT, unit);
      const analyze = (...args: readonly string[]) =>
        spawnSync(tool?.command ?? '', args, { encoding: 'utf8', env: tool?.env });
      const verify = analyze('verify', '--man=no', unit);
      const complaints = verify.stderr
        .split('\n')
        .filter((line) => line.includes('komand-bridge@'))
        // Where Node.js is kept elsewhere than on the machine it is meant for
        .filter((line) => !line.includes('is not executable'));
      expect(complaints).toEqual([]);
      // And it does complain
      writeFileSync(unit, readFileSync(UNIT, 'utf8').replace('ProtectHome=yes', 'ProtectHome=perhaps'));
      expect(analyze('verify', '--man=no', unit).stderr).toMatch(/protect ?home/i);
      copyFileSync(UNIT, unit);
      const security = analyze('security', '--offline=yes', `--threshold=${MOST}`, '--no-pager', unit);
      expect(security.stdout).toContain('Overall exposure level');
      expect(security.status, security.stdout).toBe(0);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
