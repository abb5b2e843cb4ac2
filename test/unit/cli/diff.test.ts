import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareJudged } from '../../../src/cli/compare-judged.js';
import type { Judged, JudgedRoute } from '../../../src/cli/judge-event.js';
import { newEventId } from '../../../src/model/ids.js';
import { configFolder, configText, ENV, SPLUNK_BODY, type ConfigFolder } from './config-folder.js';
import { startFakeApi, type FakeApi } from './fake-api.js';
import { runCli } from './run-cli.js';

const route = (own: Partial<JudgedRoute> = {}): JudgedRoute => ({
  name: 'high',
  destination: 'soar workflow w1',
  sent: { text: '{"title":"a","n":1}' },
  ...own,
});
const taken = (...routes: readonly JudgedRoute[]): Judged => ({ refusals: [], routes });
const refused: Judged = { refusals: ['/a must be text'], routes: [] };

describe('what would be otherwise', () => {
  it.each([
    ['nothing', taken(route()), taken(route()), []],
    ['refused both times', refused, { refusals: ['/b'], routes: [] }, []],
    ['refused now', taken(route()), refused, ['refused: /a must be text']],
    [
      'accepted now',
      refused,
      taken(route()),
      ['accepted: /a must be text', 'route added: high → soar workflow w1'],
    ],
    ['no route now', taken(route()), taken(), ['route removed: high']],
    [
      'another workflow',
      taken(route()),
      taken(route({ destination: 'soar workflow w2' })),
      ['destination: high: soar workflow w1 → soar workflow w2'],
    ],
    [
      'a variable',
      taken(route()),
      taken(route({ sent: { text: '{"title":"b","n":1}' } })),
      ['mapping: high: title: "a" → "b"'],
    ],
    [
      'one more, one less',
      taken(route()),
      taken(route({ sent: { text: '{"n":1,"x":null}' } })),
      ['mapping: high: title: "a" → nothing', 'mapping: high: x: nothing → null'],
    ],
    [
      'only the digits',
      taken(route({ sent: { text: '{"n":1}' } })),
      taken(route({ sent: { text: '{"n":1.0}' } })),
      ['mapping: high: same values, written otherwise'],
    ],
    [
      'a list',
      taken(route({ sent: { text: '[1]' } })),
      taken(route({ sent: { text: '[2]' } })),
      ['mapping: high: [1] → [2]'],
    ],
    [
      'no mapping now',
      taken(route()),
      taken(route({ sent: { error: 'no title' } })),
      ['unmappable: high: no title'],
    ],
    [
      'a mapping now',
      taken(route({ sent: { error: 'x' } })),
      taken(route()),
      ['mapping: high: could not be mapped before'],
    ],
    [
      'a new route that fails',
      taken(),
      taken(route({ sent: { error: 'x' } })),
      ['route added: high → soar workflow w1', 'unmappable: high: x'],
    ],
  ] as const)('%s', (_name, before, after, expected) => {
    expect(compareJudged(before, after).map(({ kind, detail }) => `${kind}: ${detail}`)).toEqual(expected);
  });
});

describe('komand-bridge diff', () => {
  let api: FakeApi;
  let folder: ConfigFolder;
  beforeEach(async () => {
    api = await startFakeApi();
    folder = configFolder();
  });
  afterEach(async () => {
    await api.close();
    folder.remove();
  });

  const events = ['5', '1'].map((severity, i) => ({
    id: `dlv_${i}`,
    event_id: newEventId(1_700_000_000_000 + i),
    source: 'splunk-prod',
    replay_of: null,
    received_at: '2026-01-01T00:00:00Z',
    headers: {},
    body: SPLUNK_BODY.replace('"5"', `"${severity}"`),
  }));

  async function diff(routes: string, more: readonly string[] = [], after?: string) {
    const replay = { ...events[0], id: 'dlv_replay', replay_of: 'dlv_0' };
    const fanOut = { ...events[1], id: 'dlv_other_route' };
    api.on('GET /api/v1/deliveries', { body: { items: [replay, ...events, fanOut], next_cursor: null } });
    for (const event of events) api.on(`GET /api/v1/deliveries/${event.id}`, { body: event });
    const old = folder.write('old.yaml', configText());
    const changed = folder.write('new.yaml', after ?? configText({ routes: `      - ${routes}` }));
    return runCli(['diff', '--config', changed, '--against', old, ...more], { env: { ...ENV, ...api.env } });
  }

  it('looks at each event once, and finds nothing where nothing is otherwise', async () => {
    const ran = await diff(
      '{ name: high, workflow: w1, when: "$number(result.severity) >= 4", map: { title: search_name } }',
    );
    expect(ran).toMatchObject({ code: 0, stdout: '2 events, 0 would be otherwise.\n' });
    expect(api.seen.filter(({ line }) => line.includes('dlv_'))).toHaveLength(2);
  });

  it('shows a changed condition, destination and mapping', async () => {
    const ran = await diff('{ name: high, workflow: w2, map: { title: result.host } }', ['--json']);
    expect(ran.code).toBe(0);
    const { differences } = JSON.parse(ran.stdout) as { differences: { changes: unknown }[] };
    expect(differences.map(({ changes }) => changes)).toEqual([
      [
        { kind: 'destination', detail: 'high: soar workflow w1 → soar workflow w2' },
        { kind: 'mapping', detail: 'high: title: "Brute force" → "vpn01"' },
      ],
      [{ kind: 'route added', detail: 'high → soar workflow w2' }],
    ]);
  });

  it('ends with 1 where events would be lost to it', async () => {
    const schema = folder.write('schema.json', '{"type":"object","required":["nosuch"]}');
    const strict = configText().replace('preset: splunk', `preset: splunk\n    schema: ${schema}`);
    const ran = await diff('', [], strict);
    expect(ran).toMatchObject({ code: 1, stderr: '2 events that are taken now would be lost to it.\n' });
    expect(ran.stdout).toContain('2 events, 2 would be otherwise (refused 2).');
    const gone = configText().replace('splunk-prod:', 'splunk-new:');
    expect((await diff('', ['--last', '1'], gone)).stdout).toContain('1 events, 1 would be otherwise');
  });

  it('ends with 3 for a changed configuration that has faults', async () => {
    expect((await diff('{ name: high }')).code).toBe(3);
    expect(api.seen).toEqual([]);
  });
});
