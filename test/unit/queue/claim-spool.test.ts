import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimSpool, SpoolInUse } from '../../../src/queue/claim-spool.js';
import { processIdentity } from '../../../src/queue/process-identity.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bridge-claim-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the claim of a spool', () => {
  it('is refused while another living process holds it, in one sentence', () => {
    writeFileSync(join(dir, 'owner'), processIdentity(process.ppid) ?? '');
    expect(() => claimSpool(dir)).toThrow(SpoolInUse);
    expect(() => claimSpool(dir)).toThrow(/^Another ingress \(process \d+\) uses the spool in /);
  });

  it('passes from one that was killed', () => {
    writeFileSync(join(dir, 'owner'), '999999999 some-boot 1');
    const release = claimSpool(dir);
    release();
    claimSpool(dir)();
  });
});
