import { describe, expect, it } from 'vitest';
import { isStoreWide } from '../../../src/queue/is-store-wide.js';

describe('isStoreWide', () => {
  it.each([
    ["READONLY You can't write against a read only replica.", true],
    ["OOM command not allowed when used memory > 'maxmemory'. script: abc", true],
    ['LOADING Redis is loading the dataset in memory', true],
    ['MISCONF Redis is configured to save RDB snapshots', true],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', false],
    ['ERR user_script:1: OOM', false],
    ['', false],
  ])('%s: %s', (reply, expected) => {
    expect(isStoreWide(reply)).toBe(expected);
  });
});
