import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliError } from '../../../src/cli/exit-code.js';
import { readData } from '../../../src/cli/komand-data.js';
import { komandCommand } from '../../../src/cli/komand.js';
import type { TargetSettings } from '../../../src/model/settings.js';
import { createKomandTarget } from '../../../src/targets/komand/target.js';
import { closedPort, targetSettings } from './servers.js';
import { startTinyKomand, type TinyKomand } from './tiny-komand.js';

let komand: TinyKomand;
beforeEach(async () => {
  komand = await startTinyKomand();
});
afterEach(() => komand.close());

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[], targets?: readonly TargetSettings[]): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const io = {
    stdout: (text: string) => void (stdout += text),
    stderr: (text: string) => void (stderr += text),
    env: {},
    terminal: false,
  };
  const command = komandCommand(io, {
    loadConfig: () => Promise.resolve({ targets: targets ?? [targetSettings(komand.url)] }),
    createTarget: (settings, observe) => createKomandTarget(settings, { observe, readFile: () => '' }),
  });
  try {
    await new Command().addCommand(command).parseAsync(['komand', ...args], { from: 'user' });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { code: error.exitCode, stdout, stderr: `${stderr}${error.message}` };
  }
}

function answer(status: number, body: unknown): void {
  komand.handler = (_request, response) => response.writeHead(status).end(JSON.stringify(body));
}

describe('komand-bridge komand', () => {
  it('login shows what the login may do', async () => {
    expect((await run(['login'])).stdout).toMatch(/permissions {3}APP\n$/);
    expect(JSON.parse((await run(['login', '--json'])).stdout)).toMatchObject({
      target: 'soar',
      permissions: ['APP'],
    });
  });

  it('run starts a workflow with the data as it is written', async () => {
    const { stdout } = await run(['run', 'w-1', '--data', '{"n": 12345678901234567890}']);
    expect(stdout).toBe('j-1\nhttps://komand.example.com/jobs/details/j-1\n');
    expect(komand.posts).toEqual(['/v2/workflows/w-1/events {"n": 12345678901234567890}']);
    expect(JSON.parse((await run(['run', 'w-1', '--json'])).stdout)).toMatchObject({ job_id: 'j-1' });
  });

  it('run --dry-run sends nothing', async () => {
    const { stdout } = await run(['run', 'w 1', '--dry-run', '--data', '[1]']);
    expect(stdout).toBe(`POST ${komand.url}/v2/workflows/w%201/events\n{"events":[1]}\n`);
    expect(komand.logins).toBe(0);
  });

  it('trigger prints what Komand says', async () => {
    answer(200, { message: 'trigger event published to queue' });
    expect((await run(['trigger', 't-1'])).stdout).toBe('trigger event published to queue\n');
    expect(komand.posts).toEqual(['/v2/trigger/t-1/events {}']);
  });

  it('lists jobs, workflows, users, connections and plugins, on a terminal harmlessly', async () => {
    answer(200, {
      jobs: [{ job_id: 'j', status: 'fail\u001b[2Jed', created_at: '0001-01-01T00:00:00Z', extra: 1 }],
    });
    const jobs = await run(['jobs', '--status', 'failed', '--limit', '5']);
    expect(jobs.stdout).toBe(
      'CREATED  JOB  STATUS         WORKFLOW  NAME\n-        j    fail\\x1b[2Jed  -         -\n',
    );
    expect(JSON.parse((await run(['jobs', '--json'])).stdout)).toMatchObject([{ extra: 1 }]);
    answer(200, { workflows: [{ workflow_uid: 'w', name: 'Block IP' }] });
    expect((await run(['workflows'])).stdout).toBe('ID  NAME\nw   Block IP\n');
    answer(200, { users: [{ user_id: 1, user_name: 'komand', inactive: true, role_name: 'administrator' }] });
    expect((await run(['users'])).stdout).toContain('1   komand  -     -      administrator  inactive\n');
    answer(200, [{ id: 3, name: 'jira', plugin: 'Jira' }]);
    expect((await run(['connections'])).stdout).toContain('3   jira  Jira\n');
    answer(200, []);
    expect((await run(['plugins'])).stdout).toBe('ID  NAME  VERSION\n');
  });

  it('job shows one job, its link and its steps', async () => {
    komand.handler = (request, response) =>
      response.end(
        request.url?.endsWith('/steps') === true ? '[{"name":"Step_1"}]' : '{"job_id":"j","status":"failed"}',
      );
    const { stdout } = await run(['job', 'j', '--steps']);
    expect(stdout).toContain('status  failed\n');
    expect(stdout).toContain('https://komand.example.com/jobs/details/j\n');
    expect(stdout).toContain('[{"name":"Step_1"}]\n');
    expect(JSON.parse((await run(['job', 'j', '--json'])).stdout)).toEqual({ job_id: 'j', status: 'failed' });
  });

  describe('exits with', () => {
    it('4 when the login is refused, without the password', async () => {
      komand.login = (_request, response) =>
        response.writeHead(401).end('{"message":"correct-horse is wrong"}');
      const { code, stderr } = await run(['login']);
      expect(code).toBe(4);
      expect(stderr).toContain('[redacted] is wrong');
    });

    it('4 when access is denied', async () => {
      answer(403, { status: 'ACCESS_DENIED' });
      expect((await run(['users'])).code).toBe(4);
      expect((await run(['run', 'w'])).code).toBe(4);
    });

    it('5 for an unknown job, workflow or target', async () => {
      answer(404, {});
      expect((await run(['job', 'x'])).code).toBe(5);
      expect((await run(['run', 'x'])).code).toBe(5);
      expect((await run(['login', '--target', 'other'])).code).toBe(5);
    });

    it('7 when Komand is not there', async () => {
      const away = [targetSettings(`http://127.0.0.1:${await closedPort()}`)];
      expect((await run(['jobs'], away)).code).toBe(7);
      expect((await run(['run', 'x'], away)).code).toBe(7);
    });

    it('7 and a warning when it is not known whether a job was started', async () => {
      komand.handler = (request) => request.socket.resetAndDestroy();
      const { code, stderr } = await run(['run', 'x']);
      expect(code).toBe(7);
      expect(stderr).toContain('may have started a job');
    });

    it('1 when Komand refuses the data', async () => {
      answer(422, { message: 'title is required' });
      expect(await run(['run', 'x'])).toMatchObject({
        code: 1,
        stderr: 'soar: Komand answered 422: title is required.',
      });
    });

    it('2 when there are several targets and none is named, 3 when there is none', async () => {
      const settings = targetSettings(komand.url);
      expect((await run(['login'], [settings, { ...settings, name: 'b' }])).code).toBe(2);
      expect((await run(['login', '--target', 'b'], [settings, { ...settings, name: 'b' }])).code).toBe(0);
      expect((await run(['login'], [])).code).toBe(3);
    });
  });
});

describe('--data', () => {
  it('takes an object as it is and wraps what Komand does not take', () => {
    expect(readData(' {"a": 1.0}\n')).toBe('{"a": 1.0}');
    expect(readData('[1, 2]')).toBe('{"events":[1, 2]}');
    expect(readData('null')).toBe('{"value":null}');
    expect(readData('"x"')).toBe('{"value":"x"}');
  });

  it('reads a file', () => {
    const dir = mkdtempSync(join(tmpdir(), 'bridge-data-'));
    writeFileSync(join(dir, 'event.json'), '{"b":2}');
    expect(readData(`@${join(dir, 'event.json')}`)).toBe('{"b":2}');
    rmSync(dir, { recursive: true });
  });

  it('refuses what is not JSON or cannot be read with exit code 2', () => {
    for (const bad of ['{', '', '@/no/such/file']) {
      expect(() => readData(bad)).toThrow(expect.objectContaining({ exitCode: 2 }));
    }
  });
});
