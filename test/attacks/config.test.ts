import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CliIo } from '../../src/cli/cli-io.js';
import { loadInForce, shippedPresets } from '../../src/cli/load-in-force.js';
import { configFolder, configText, ENV, type ConfigFolder } from '../unit/cli/config-folder.js';
import { runCli, type Ran } from '../unit/cli/run-cli.js';
import { startStranger } from './hostile-komand.js';

const CANARY = 'canary-of-a-file-that-is-not-ours';
let folder: ConfigFolder;
beforeEach(() => {
  folder = configFolder();
});
afterEach(() => folder.remove());

/** A command that reads a configuration refuses it with 3 and shows nothing that stands in it. */
async function refused(file: string, why: RegExp, command = 'check'): Promise<void> {
  const ran = await runCli([command, '--config', file], { env: ENV });
  expect(ran.code).toBe(3);
  expect(ran.stdout + ran.stderr).toMatch(why);
  expect(ran.stdout + ran.stderr).not.toContain(CANARY);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
}

const bomb = [
  'a0: &a0 [x]',
  ...Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
].join('\n');

describe('a configuration that is a trap', () => {
  it.each([
    ['__proto__', `__proto__: { polluted: ${CANARY} }\n`, /a key that is not allowed/],
    ['__proto__ of a source', `sources: { __proto__: { preset: ${CANARY} } }\n`, /a key that is not allowed/],
    ['a bomb of aliases', bomb, /too many aliases/],
    ['an anchor inside itself', 'a: &a [*a, *a]\n', /nested too deeply|too many aliases/],
    ['a merge of anchors', 'a: &a { b: 1 }\nhttp:\n  <<: *a\n', /http: has a key that is not a setting/],
    [
      'a source twice',
      `sources:\n  a: { preset: generic }\n  a: { preset: ${CANARY} }\n`,
      /stands here twice/,
    ],
    ['tags', `log: { level: !!js/function "${CANARY}" }\n`, /tag/],
    ['100,000 brackets', '['.repeat(100_000), /nested too deeply/],
    ['a file larger than any configuration', `a: "${CANARY.repeat(40_000)}"`, /larger than 1 MiB/],
    ['bytes that are not text', `\0\0\u0001${CANARY}`, /bridge\.yaml/],
    ['a file of another kind', `root:${CANARY}:1:0:9:7:::\nbin:*:1:0\n`, /bridge\.yaml:\d+/],
  ])('M-3: %s is refused, and not shown', async (_title, text, why) => {
    await refused(folder.write('bridge.yaml', text), why);
  });

  it('M-3: the program does not start with it either', () =>
    refused(folder.write('bridge.yaml', bomb), /too many aliases/, 'start'));

  it('M-3: a link to a file that is not ours shows nothing of it', async () => {
    const secret = folder.write('shadow', `root:$6$${CANARY}:19000:0:99999:7:::\ndaemon:*:19000::::::\n`);
    const link = join(folder.dir, 'bridge.yaml');
    symlinkSync(secret, link);
    await refused(link, /bridge\.yaml: has a key that is not a setting/);
    const real = join(folder.dir, 'real.yaml');
    symlinkSync('/etc/shadow', real);
    const ran = await runCli(['check', '--config', real], { env: ENV });
    expect(ran.code).toBe(3);
    expect(ran.stdout + ran.stderr).not.toMatch(/\$\d\$|:\d+:0:99999:/);
  });

  it('M-3: the same file named as schema, mapping, preset part or secret shows nothing either', async () => {
    const secret = folder.write('shadow', `root:$6$${CANARY}:19000:0:99999:7:::\n`);
    for (const more of [
      `  b: { preset: generic, schema: ${secret}, auth: { secrets: ["\${env:SPLUNK_KEY}"] } }`,
      `  b: { preset: generic, map: "file:${secret}", auth: { secrets: ["\${env:SPLUNK_KEY}"] }, routes: [{ workflow: w }] }`,
      `  b: { preset: "\${file:${secret}}", auth: { secrets: ["\${env:SPLUNK_KEY}"] } }`,
    ])
      await refused(folder.write('bridge.yaml', configText({ more })), /\/sources\/b/);
  });
});

describe('a schema that refers to elsewhere', () => {
  it('M-4: is refused without a look at where it points', async () => {
    const stranger = await startStranger();
    for (const reference of [
      `${stranger.url}/s.json`,
      'other.json',
      'file:///etc/passwd',
      'http://169.254.169.254/',
    ]) {
      const schema = folder.write('s.json', JSON.stringify({ properties: { a: { $ref: reference } } }));
      const more = `  b: { preset: generic, schema: ${schema}, auth: { secrets: ["\${env:SPLUNK_KEY}"] } }`;
      await refused(folder.write('bridge.yaml', configText({ more })), /\$ref points outside the schema/);
    }
    expect(stranger.visits()).toBe(0);
    await stranger.close();
  });

  it('M-4: naming a meta-schema or an id elsewhere fetches nothing', async () => {
    const stranger = await startStranger();
    const schema = folder.write(
      's.json',
      JSON.stringify({ $id: `${stranger.url}/a`, $schema: `${stranger.url}/b`, type: 'object' }),
    );
    const more = `  b: { preset: generic, schema: ${schema}, auth: { secrets: ["\${env:SPLUNK_KEY}"] } }`;
    const ran = await runCli(['check', '--config', folder.write('bridge.yaml', configText({ more }))], {
      env: ENV,
    });
    expect([0, 3]).toContain(ran.code);
    expect(stranger.visits()).toBe(0);
    await stranger.close();
  });
});

describe('a secret in a file', () => {
  const withFile = (path: string): string =>
    folder.write('bridge.yaml', configText().replace('${env:KOMAND_PASSWORD}', `\${file:${path}}`));
  const check = (file: string): Promise<Ran> => runCli(['check', '--config', file], { env: ENV });

  it('M-5: that everybody may read is a warning', async () => {
    const path = folder.write('password', `${CANARY}\n`);
    chmodSync(path, 0o644);
    const ran = await check(withFile(path));
    expect(ran.code).toBe(0);
    expect(ran.stdout + ran.stderr).toContain('which everybody on this machine may read');
    expect(ran.stdout + ran.stderr).not.toContain(CANARY);
    chmodSync(path, 0o640);
    expect((await check(withFile(path))).stderr).not.toContain('everybody');
  });

  it('M-5: that is missing is a fault with its place', async () => {
    await refused(
      withFile(join(folder.dir, 'gone')),
      /bridge\.yaml:\d+ \/targets\/soar\/password: needs the file .*gone/,
    );
  });

  it.each([
    ['pw\r\n', 'pw'],
    ['pw\n', 'pw'],
    ['pw\r\n\r\n', 'pw\r\n'],
    [' pw ', ' pw '],
  ])('M-5: written as %j is used as %j', (written, meant) => {
    const io: CliIo = { terminal: false, env: ENV, stdout: () => undefined, stderr: () => undefined };
    const loaded = loadInForce(io, withFile(folder.write('password', written)), shippedPresets());
    expect(loaded.ok && loaded.inForce.config.targets[0]?.password).toBe(meant);
  });
});
