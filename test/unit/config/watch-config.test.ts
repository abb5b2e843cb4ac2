import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchConfig } from '../../../src/config/watch-config.js';
import { waitUntil } from '../../support/wait-until.js';

let dir = '';
let changes = 0;
let watching: { close: () => void } | undefined;
const path = (...names: string[]): string => join(dir, ...names);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'watch-config-'));
  changes = 0;
});
afterEach(() => {
  watching?.close();
  rmSync(dir, { recursive: true, force: true });
});

function start(...files: string[]): void {
  watching = watchConfig({ files, debounceMs: 20, onChange: () => (changes += 1) });
}

const changed = (count: number): Promise<unknown> =>
  waitUntil(`${count} changes`, () => changes >= count, 5_000);

describe('watchConfig', () => {
  it('sees a file written in place and replaced by a rename', async () => {
    writeFileSync(path('a.yaml'), '1');
    start(path('a.yaml'));
    writeFileSync(path('a.yaml'), '2');
    await changed(1);
    writeFileSync(path('a.new'), '3');
    renameSync(path('a.new'), path('a.yaml'));
    await changed(2);
    writeFileSync(path('a.yaml'), '4');
    await changed(3);
    expect(changes).toBe(3);
  });

  it('sees a link pointed elsewhere, as Kubernetes does', async () => {
    for (const [version, text] of [
      ['v1', 'one'],
      ['v2', 'two'],
    ] as const) {
      mkdirSync(path(version));
      writeFileSync(path(version, 'bridge.yaml'), text);
    }
    symlinkSync('v1', path('..data'));
    symlinkSync(join('..data', 'bridge.yaml'), path('bridge.yaml'));
    start(path('bridge.yaml'));
    symlinkSync('v2', path('..data_tmp'));
    renameSync(path('..data_tmp'), path('..data'));
    await changed(1);
    writeFileSync(path('v2', 'bridge.yaml'), 'three');
    await changed(2);
  });

  it('sees a file come and go, and does not mind a folder that is not there', async () => {
    start(path('late.yaml'), path('no', 'such', 'file'));
    writeFileSync(path('late.yaml'), 'x');
    await changed(1);
    rmSync(path('late.yaml'));
    await changed(2);
  });

  it('says nothing of the same contents and of other files', async () => {
    writeFileSync(path('a.yaml'), '1');
    start(path('a.yaml'));
    writeFileSync(path('a.yaml'), '1');
    writeFileSync(path('b.yaml'), '1');
    // Something that does count, so that there is an end to wait for
    writeFileSync(path('a.yaml'), '2');
    await changed(1);
    expect(changes).toBe(1);
  });
});
