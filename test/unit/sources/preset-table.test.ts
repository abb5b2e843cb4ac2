import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Source } from '../../../src/model/source.js';
import { commonAlert } from '../../../src/sources/common-alert.js';
import { describePreset, severityRow } from '../../../src/sources/describe-preset.js';
import { judgeBody } from '../../../src/sources/judge-body.js';
import { loadExamples, readExample } from '../../../src/sources/load-examples.js';
import { loadPresets, presetNames } from '../../../src/sources/load-presets.js';
import type { Preset } from '../../../src/sources/preset.js';
import { trialSource } from '../../../src/sources/trial-source.js';
import { fakeDeps, NOW } from './deps.js';

const BODIES = '../shared/payloads';
const loaded = loadPresets('schemas');

function preset(name: string): Preset {
  const found = loaded.ok ? loaded.library.get(name) : undefined;
  if (found === undefined) throw new Error(`${name} is not loaded`);
  return found;
}

function source(name: string): Source {
  const compiled = trialSource(preset(name), fakeDeps({ fetchText: () => Promise.resolve('') }));
  if (!('routes' in compiled)) throw new Error(JSON.stringify(compiled));
  return compiled;
}

describe('the table of presets', () => {
  it.each(presetNames('schemas'))('%s: its row is full', (name) => {
    const row = describePreset(preset(name));
    for (const [column, text] of Object.entries(row)) expect(text.trim(), column).not.toBe('');
    expect(row.authentication).not.toContain('undefined');
    expect(row.severity).toMatch(/^(critical |high |medium |low |info )+\(\d+ words\)$/);
    expect(loadExamples(preset(name).folder).length).toBeGreaterThanOrEqual(2);
  });

  it('says how a sender proves itself, in every place where it may', () => {
    expect(describePreset(preset('slack')).authentication).toBe(
      'hmac sha256 hex in x-slack-signature over v0:{timestamp}:{body}',
    );
    expect(describePreset(preset('gitlab')).authentication).toBe(
      'token in header x-gitlab-token or standard-webhooks (webhook-*)',
    );
    expect(describePreset({ ...preset('gitlab'), auth: undefined }).authentication).toBe(
      'the operator chooses',
    );
  });

  it('says what makes two requests the same, to the hash that stands behind', () => {
    expect(describePreset(preset('okta')).deliveryKey).toBe('body uuid + severity?, else hash of the body');
    expect(describePreset(preset('bitbucket')).deliveryKey).toBe(
      'header x-request-uuid, else header x-request-id, else hash of the body',
    );
    expect(describePreset(preset('grafana')).deliveryKey).toMatch(/, else each request$/);
    expect(describePreset(preset('freshdesk')).deliveryKey).toBe('hash of the body');
  });

  it('says which handshakes and pings there are, and what is split', () => {
    expect(describePreset(preset('cloudevents')).handshake).toMatch(/^cloudevents, ping /);
    expect(describePreset(preset('cloudevents')).split).toBe('the body, where it is a list');
    expect(describePreset(preset('pagerduty')).handshake).toBe('ping (event.event_type = "pagey.ping")');
    expect(describePreset(preset('pagerduty')).split).toBe('messages');
    expect(describePreset(preset('linear'))).toMatchObject({ handshake: 'none needed', split: 'no' });
    expect(describePreset({ ...preset('linear'), severity: {} }).severity).toBe('the common words only');
  });
});

async function faultOf(...given: Parameters<typeof judgeBody>): Promise<string | undefined> {
  return (await judgeBody(...given)).fault;
}

describe('the page of presets', () => {
  const page = readFileSync('schemas/README.md', 'utf8');

  it('has the words for every severity of every preset, as the presets have them', () => {
    const rows = page
      .split('\n')
      .filter((line) => /^\| [a-z0-9-]+ \| .+ \| .+ \| .+ \| .+ \| .+ \|$/.test(line));
    const expected = presetNames('schemas').map((name) => `| ${severityRow(preset(name)).join(' | ')} |`);
    expect(rows.slice(-expected.length)).toEqual(expected);
    expect(severityRow({ ...preset('wazuh'), severity: { high: ['7..', '4..6', '..3', 'bad'] } })).toEqual([
      'wazuh',
      '(none)',
      '7 and more, 4 to 6, up to 3, bad',
      '(none)',
      '(none)',
      '(none)',
    ]);
  });

  it('describes each variable of the common alert, and no other', () => {
    const described = [...page.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name]) => name);
    const variables = Object.keys(commonAlert({}, { exact: {}, headers: {}, source: 's' }, 'T'));
    expect(described.slice(0, variables.length)).toEqual(variables);
  });
});

describe('a stored request', () => {
  const request = (body: unknown): ReturnType<typeof readExample> =>
    readExample('body.json', JSON.stringify({ body }));

  it('is taken with a title and a severity, as a handshake or as a ping', async () => {
    const event = { specversion: '1.0', id: '1', source: '/s', type: 'com.example.a' };
    expect(await faultOf(source('cloudevents'), request(event), NOW)).toBeUndefined();
    const challenge = { type: 'url_verification', challenge: 'c' };
    expect(await faultOf(source('slack'), request(challenge), NOW)).toBeUndefined();
    const ping = { event: { event_type: 'pagey.ping' } };
    expect(await faultOf(source('pagerduty'), request(ping), NOW)).toBeUndefined();
  });

  it('tells the severity of each event, so that the table can say where there is none', async () => {
    const batch = [
      { specversion: '1.0', id: '1', source: '/s', type: 't', severitytext: 'FATAL' },
      { specversion: '1.0', id: '2', source: '/s', type: 't' },
    ];
    expect(await judgeBody(source('cloudevents'), request(batch), NOW)).toEqual({
      fault: undefined,
      severities: ['critical', 'unknown'],
    });
  });

  it('is not taken where it breaks the schema, and says where', async () => {
    const faulty = { specversion: '1.0', id: '', source: '/s', type: 'com.example.a' };
    expect(await faultOf(source('cloudevents'), request(faulty), NOW)).toMatch(/^\/id /);
    const batch = [{ specversion: '1.0', id: '1', source: '/s', type: 't' }, faulty];
    expect(await faultOf(source('cloudevents'), request(batch), NOW)).toMatch(/^\/id /);
  });

  it('is not taken where it is no JSON or cannot be mapped', async () => {
    const text = readExample('body.json', '{"rawBody":"not JSON"}');
    expect(await faultOf(source('linear'), text, NOW)).toBeTypeOf('string');
    const broken = trialSource({ ...preset('linear'), mapping: '$number(type)' }, fakeDeps());
    if (!('routes' in broken)) throw new Error(JSON.stringify(broken));
    const issue = { type: 'Issue', action: 'create' };
    expect(await faultOf(broken, request(issue), NOW)).toMatch(/^the mapping failed: /);
  });
});

describe.skipIf(!existsSync(BODIES))('real bodies in the table', () => {
  const names = presetNames('schemas');
  const folders = existsSync(BODIES)
    ? readdirSync(BODIES, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];

  it.each(folders.map(({ name }) => name))('%s: all are taken', async (folder) => {
    const taker = source(names.includes(folder) ? folder : 'generic');
    const why: string[] = [];
    for (const file of readdirSync(join(BODIES, folder))) {
      const example = readExample(file, readFileSync(join(BODIES, folder, file), 'utf8'));
      const fault = await faultOf(taker, example, NOW);
      if (fault !== undefined) why.push(`${file}: ${fault}`);
    }
    expect(why).toEqual([]);
  });
});
