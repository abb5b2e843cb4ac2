import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadInForce, shippedPresets } from '../../../src/cli/load-in-force.js';
import { sourceBlock } from '../../../src/cli/source-block.js';
import { closeServer } from '../../../src/model/close-server.js';
import { startTinyKomand } from '../targets/tiny-komand.js';
import { CANARIES, configFolder, configText, ENV, SPLUNK_BODY, type ConfigFolder } from './config-folder.js';
import { runCli, type Ran } from './run-cli.js';

let folder: ConfigFolder;
let config = '';
let body = '';
beforeEach(() => {
  folder = configFolder();
  config = folder.write('bridge.yaml', configText());
  body = folder.write('body.json', SPLUNK_BODY);
});
afterEach(() => folder.remove());

/** Runs with the canaries in the environment; none of them may be printed, whatever happens. */
async function run(...args: readonly string[]): Promise<Ran> {
  const ran = await runCli(args, { env: ENV });
  for (const canary of CANARIES) expect(ran.stdout + ran.stderr).not.toContain(canary);
  return ran;
}

describe('check', () => {
  it('reports every fault at once, with its line, and ends with 3', async () => {
    const bad = folder.write(
      'bad.yaml',
      configText({ more: 'http: { prot: 1 }\nspool: { max_bytes: much }\n' }),
    );
    const ran = await run('check', '--config', bad);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toMatch(/bad\.yaml:11 \/http\/prot: .*port.*\n.*bad\.yaml:12 \/spool\/max_bytes/);
    const { stdout, code } = await run('check', '--config', bad, '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, faults: [{ line: 11 }, { line: 12 }] });
  });

  it('finds a mapping that does not compile', async () => {
    const bad = folder.write(
      'bad.yaml',
      configText({ routes: '      - { workflow: w, map: { title: "((" } }' }),
    );
    expect(await run('check', '--config', bad)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('/routes/0/map'),
    });
  });

  it('says what is good, and shows the effective configuration without secrets', async () => {
    expect(await run('check', '--config', config)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/1 sources, 1 targets, [1-9]\d* preset examples/),
    });
    const { stdout } = await run('check', '--config', config, '--print-effective', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      config: { targets: { soar: { password: '***' } } },
      origins: { '/targets/soar/password': 'env', '/http/port': 'default' },
    });
  });

  it('--live ends with 7 where Redis is away, the targets asked all the same', async () => {
    const { code, stdout } = await run('check', '--config', config, '--live', '--json');
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      live: [
        { name: 'redis', ok: false },
        { name: 'target soar', ok: false },
      ],
    });
  });
});

describe('doctor', () => {
  it('looks at everything, each with its state', async () => {
    const komand = await startTinyKomand();
    try {
      const file = folder.write('doctor.yaml', configText({ target: komand.url }));
      const { code, stdout } = await run('doctor', '--config', file, '--json');
      const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; detail: string }[] };
      expect(checks.map(({ name, state }) => `${name}: ${state}`)).toEqual([
        'config: ok',
        'redis: fail',
        'target soar: ok',
        'clock soar: ok',
        'spool: ok',
        'disk: ok',
        'bridge: warn',
      ]);
      expect(checks[2]?.detail).toContain('permissions: APP');
      expect(code).toBe(7);
      const shown = await run('doctor', '--config', file);
      expect(shown.stdout).toMatch(/^ok {4}config .*\nfail {2}redis /);
      expect(shown.stderr).toBe('One check failed.\n');
    } finally {
      await komand.close();
    }
  });

  it('ends with 3 for a broken configuration', async () => {
    const bad = folder.write('bad.yaml', configText({ more: 'nosuch: 1\n' }));
    expect(await run('doctor', '--config', bad)).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/^fail {2}config/),
    });
  });
});

describe('try', () => {
  it('signs a bare body, goes through the stages and prints the request', async () => {
    const { code, stdout, stderr } = await run('try', 'splunk-prod', body, '--config', config);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ok {3}authenticate +[\d.]+ ms {2}secret 1 matches/);
    expect(stdout).toContain('POST /v2/workflows/w1/events');
    expect(stdout.endsWith('\n{"title":"Brute force"}\n')).toBe(true);
    expect(stderr).toContain('Signed here');
  });

  it('takes given headers at their word', async () => {
    const headers = folder.write('headers.json', '{"X-Api-Key": "wrong"}');
    const ran = await run('try', 'splunk-prod', body, '--config', config, '--headers', headers, '--json');
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('not be accepted') });
    const { stages } = JSON.parse(ran.stdout) as { stages: { name: string; ok: boolean }[] };
    expect(stages.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['authenticate']);
  });

  it('needs no configuration for a preset, and fails where the body does', async () => {
    expect((await run('try', '--preset', 'splunk', body)).code).toBe(0);
    const wrong = folder.write('wrong.json', '[1]');
    expect((await run('try', '--preset', 'splunk', wrong)).code).toBe(1);
    expect((await run('try', '--preset', 'nosuch', body)).code).toBe(5);
    expect((await run('try', 'nosuch', body, '--config', config)).code).toBe(5);
    expect((await run('try', '--preset', 'splunk', `${body}x`)).code).toBe(2);
    expect((await run('try', 'splunk-prod', body, '--config', config, '--headers', wrong)).code).toBe(2);
  });
});

describe('send', () => {
  let server: Server;
  let url = '';
  let status = 202;
  const seen: { url: string; type: string; body: string }[] = [];
  beforeEach(async () => {
    seen.length = 0;
    status = 202;
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        seen.push({ url: request.url ?? '', type: request.headers['content-type'] ?? '', body: text });
        response.writeHead(status, { connection: 'close' }).end('{"status":"queued"}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => closeServer(server, 0));
  const send = (...more: readonly string[]) =>
    run('send', 'splunk-prod', body, '--config', config, '--url', url, ...more);

  it('posts what that sender would, as often as asked', async () => {
    expect(await send('--repeat', '2')).toMatchObject({
      code: 0,
      stdout: '202 {"status":"queued"}\n'.repeat(2),
    });
    expect(seen).toHaveLength(2);
    expect(seen[0]).toEqual({
      url: `/hooks/splunk-prod?key=${CANARIES[0]}`,
      type: 'application/json',
      body: SPLUNK_BODY,
    });
    expect(JSON.parse((await send('--json')).stdout)).toEqual({ status: 202, answer: { status: 'queued' } });
  });

  it('--dry-run sends nothing', async () => {
    expect(await send('--dry-run')).toMatchObject({ code: 0, stdout: expect.stringContaining(SPLUNK_BODY) });
    expect(seen).toEqual([]);
  });

  it.each([
    [401, 4],
    [403, 4],
    [422, 1],
    [503, 1],
  ])('a %i ends it with %i', async (answered, code) => {
    status = answered;
    expect((await send()).code).toBe(code);
  });

  it('ends with 7 where nobody listens, 5 for an unknown source', async () => {
    expect((await send('--url', 'http://127.0.0.1:1')).code).toBe(7);
    expect((await run('send', 'nosuch', body, '--config', config)).code).toBe(5);
  });
});

describe('presets and sources', () => {
  const presets = shippedPresets();

  it('lists and shows presets', async () => {
    expect(JSON.parse((await run('presets', 'list', '--json')).stdout)).toHaveLength(presets.names.length);
    expect((await run('presets', 'show', 'jira')).stdout).toContain("On the sender's side");
    expect(JSON.parse((await run('presets', 'show', 'jira', '--json')).stdout)).toMatchObject({
      name: 'jira',
    });
    expect((await run('presets', 'show', 'nosuch')).code).toBe(5);
  });

  it.each(presets.names.map((name) => [name]))(
    'sources new %s writes a block that is good as it is',
    (name) => {
      const preset = presets.get(name)!;
      const block = sourceBlock(preset, { name: 'new-one', workflow: 'w-9' });
      const file = folder.write('new.yaml', `${configText().trimEnd()}\n${block}`);
      const whsec = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
      const secret = preset.auth?.type === 'standard-webhooks' ? whsec : 'a-secret-of-the-new-source-0123';
      const io = {
        stdout: () => undefined,
        stderr: () => undefined,
        terminal: false,
        env: { ...ENV, NEW_ONE_SECRET: secret },
      };
      const loaded = loadInForce(io, file, presets);
      expect(loaded.ok ? [] : loaded.faults).toEqual([]);
      expect(loaded.ok && loaded.inForce.sources.get('new-one')?.routes[0]?.endpoint).toEqual({
        kind: 'workflow',
        id: 'w-9',
      });
    },
  );

  it('sources new says what to enter at the sender, beside the YAML', async () => {
    const ran = await run('sources', 'new', 'jira', '--name', 'jira-cloud', '--trigger', 't');
    expect(ran.stdout).toMatch(/^ {2}jira-cloud:$/m);
    expect(ran.stdout).toContain('trigger: t');
    expect(ran.stderr).toContain('/hooks/jira-cloud');
    expect(ran.stderr).not.toContain('## What it sends');
    expect((await run('sources', 'new', 'jira', '--name', 'No Good')).code).toBe(2);
  });

  it('sources infer writes a schema that holds no value of a sample', async () => {
    const other = folder.write('other.json', '{"sid":"b","extra":1}');
    const { code, stdout } = await run('sources', 'infer', body, other, '--title', 'Alerts');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      title: 'Alerts',
      required: ['sid'],
      properties: { extra: { type: 'integer' } },
    });
    expect(stdout).not.toContain('Brute force');
    const batch = folder.write('batch.json', '{"alerts":[{"a":1},{"a":"x"}]}');
    expect(JSON.parse((await run('sources', 'infer', batch, '--split', 'alerts')).stdout)).toMatchObject({
      properties: { a: { type: ['integer', 'string'] } },
    });
    expect((await run('sources', 'infer', batch, '--split', 'nosuch')).code).toBe(1);
    expect((await run('sources', 'infer', folder.write('no.json', '{"a":1,"a":2}'))).code).toBe(1);
  });
});

describe('audit', () => {
  it('ends with 7 where Redis is away', async () => {
    expect(await run('audit', '--config', config)).toMatchObject({ code: 7, stdout: '' });
    expect((await run('audit', '--config', config, '--from', '1h', '--to', '2h')).code).toBe(2);
  });
});
