import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../../dist/config/load-config.js';
import { createIntake } from '../../../dist/intake/create-intake.js';
import { parseText } from '../../../dist/intake/parse-body.js';
import { deliveryId } from '../../../dist/model/ids.js';
import { Problem } from '../../../dist/model/problem.js';
import { MappingError } from '../../../dist/model/source.js';
import { compileSources } from '../../../dist/sources/compile-sources.js';
import { loadExamples } from '../../../dist/sources/load-examples.js';
import { loadPresets } from '../../../dist/sources/load-presets.js';
import { expect } from '../finding.mjs';
import { readMessage, writeMessage } from '../message.mjs';

const SCHEMAS = fileURLToPath(new URL('../../../schemas', import.meta.url));
/** What may come back for a body, whatever it is (the table of answers in the README). */
const STATUSES = new Set([200, 202, 204, 400, 413, 422]);

const presets = loadPresets(SCHEMAS);
if (!presets.ok) throw new Error('the presets that ship cannot be loaded');
const names = presets.library.names;
const read = loadConfig({
  file: 'fuzz.yaml',
  env: {},
  presets: names,
  readFile: () =>
    JSON.stringify({
      targets: { soar: { url: 'https://komand.example.com', username: 'u', password: 'p' } },
      sources: Object.fromEntries(
        names.map((preset) => [
          preset,
          {
            preset,
            auth: 'none',
            routes: [
              { name: 'all', workflow: '11111111-2222-4333-8444-555555555555' },
              { name: 'raw', workflow: '11111111-2222-4333-8444-555555555555', map: 'raw' },
            ],
          },
        ]),
      ),
    }),
});
if (!read.ok) throw new Error(JSON.stringify(read.faults));
const compiled = compileSources(read.config, presets.library, {
  now: Date.now,
  readFile: () => '',
  fetchText: () => Promise.resolve(''),
  trustedProxyAddress: () => false,
});
if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
const { sources } = compiled;

let arrivals = [];
let rejections = [];
const intake = createIntake({
  sources: () => sources,
  store: {
    pending: () => 0,
    accept: async (given) => {
      arrivals.push(...given);
      return given.map(({ event, routes }) => ({
        eventId: event.id,
        status: routes.length === 0 ? 'filtered' : 'queued',
        deliveries: routes.map((route) => deliveryId(event.id, route)),
      }));
    },
  },
  rejected: { record: async (rejected) => void rejections.push(rejected) },
  observe: () => undefined,
  now: Date.now,
  deadlineMs: 60_000,
});

export const target = {
  name: 'intake',
  words: [
    ...names.map((name) => `${name}\n`),
    '{"a":1,"a":2}',
    '[{}]',
    '{"alerts":[{}]}',
    'payload=%7B%7D',
    '\ncontent-type: ',
  ],
  seeds: () =>
    names.flatMap((name) =>
      loadExamples(`${SCHEMAS}/${name}`).map(({ headers, body }) => writeMessage(name, headers, body)),
    ),
  /** Every body gets an answer of the table; what is taken maps to a JSON object or is a `MappingError`. */
  async run(input) {
    arrivals = [];
    rejections = [];
    const { first, headers, body } = readMessage(input);
    const source = sources.get(first) ?? sources.get(names[input.length % names.length]);
    const answer = await intake.receive(source, {
      id: 'req_1',
      method: 'POST',
      headers,
      repeatedHeaders: new Set(),
      query: new URLSearchParams(),
      pathToken: undefined,
      body,
      remoteAddress: '192.0.2.1',
      clientCertificate: undefined,
      receivedAt: Date.now(),
    });
    expect(STATUSES.has(answer.status), 'an answer of the table', () => answer.status);
    if (answer.status >= 400) {
      expect(answer.problem instanceof Problem, 'a stable code', () => answer.status);
      expect(
        arrivals.length === 0 || answer.status === 422,
        'nothing refused is stored',
        () => answer.status,
      );
    }
    for (const { event, routes } of arrivals) await mapAlong(source, event, routes);
    parseLikeJson(body.toString('utf8'));
  },
};

async function mapAlong(source, event, routes) {
  expect(
    event.deliveryKey.length <= 300 && event.deliveryKey !== '',
    'a bounded delivery key',
    () => event.deliveryKey,
  );
  for (const route of source.routes.filter(({ name }) => routes.includes(name))) {
    let text;
    try {
      text = (await route.map({ ...event, eventId: event.id })).text;
    } catch (error) {
      if (error instanceof MappingError) continue;
      throw error;
    }
    if (route.name === 'raw')
      expect([event.body, `{"events":${event.body}}`].includes(text), 'raw is the body itself', () => text);
    else expect(typeof JSON.parse(text) === 'object', 'a mapping yields JSON', () => text);
  }
}

/** What is taken is what `JSON.parse` reads; what that refuses is refused. */
function parseLikeJson(text) {
  let parsed;
  try {
    parsed = parseText(text);
  } catch (error) {
    if (error instanceof Problem) return;
    throw error;
  }
  expect(
    isDeepStrictEqual(parsed.value, JSON.parse(parsed.text)),
    'the value is that of JSON.parse',
    () => text,
  );
}
