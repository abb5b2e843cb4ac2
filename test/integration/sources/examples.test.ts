import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawAnswer } from '../../support/raw-http.js';
import { startPresetListener, type PresetListener, type Sent } from '../../support/preset-listener.js';
import { isJsonObject, type Json } from '../../../src/model/json.js';
import { loadExamples, type Example } from '../../../src/sources/load-examples.js';
import { presetNames } from '../../../src/sources/load-presets.js';

// Every example of every preset, signed as its sender signs, through the real door into a real Redis: what is news is
// queued, what is sent again is not, and nothing that is good is refused.

interface Result {
  readonly event_id: string;
  readonly status: string;
}

const results = ({ body }: RawAnswer): readonly Result[] => {
  const parsed = JSON.parse(body) as Result & { readonly events?: readonly Result[] };
  return parsed.events ?? [parsed];
};
const statuses = (answer: RawAnswer): readonly string[] => results(answer).map((each) => each.status);
const ids = (answer: RawAnswer): readonly string[] => results(answer).map((each) => each.event_id);

let listener: PresetListener;
beforeAll(async () => {
  const topics = loadExamples('schemas/aws-sns').flatMap(({ body }) => topicOf(JSON.parse(body) as Json));
  listener = await startPresetListener([...new Set(topics)]);
});
afterAll(() => listener.close());

function topicOf(body: Json): readonly string[] {
  const topic = isJsonObject(body) ? body['TopicArn'] : undefined;
  return typeof topic === 'string' ? [topic] : [];
}

function sent(preset: string, { method, headers, query, body }: Example): Sent {
  const signed = preset === 'aws-sns' ? listener.sns.sign(JSON.parse(body) as Record<string, unknown>) : body;
  return { method, headers, query, body: signed };
}

describe.each(presetNames('schemas'))('%s', (name) => {
  it('takes each of its examples once', async () => {
    const preset = listener.presets.find((each) => each.name === name);
    if (preset === undefined) throw new Error(`${name} is not loaded`);
    const answers = new Map<string, RawAnswer>();
    const examples = loadExamples(preset.folder);
    const first = examples.filter(({ retryOf }) => retryOf === undefined);
    const again = examples.filter(({ retryOf }) => retryOf !== undefined);
    // Without a key of its own, a sender that never sends again has an event in every request
    const anew = preset.deliveryKeys.some((key) => key.from === 'request');
    for (const example of first) {
      const stored = listener.arrivals.length;
      const answer = await listener.post(name, sent(name, example));
      const seen = `${example.name}: ${answer.status} ${answer.body}`;
      answers.set(example.name, answer);
      if (example.expect === 'handshake') expect(answer.status, seen).toBe(200);
      else if (example.expect === 'ignored') expect(statuses(answer), seen).toEqual(['ignored']);
      else if (example.expect === 'invalid') {
        if (answer.status !== 422) expect(statuses(answer), seen).toContain('quarantined');
      } else {
        expect(answer.status, seen).toBe(preset.acceptedStatus);
        expect(new Set(statuses(answer)), seen).toEqual(new Set(['queued']));
      }
      const isEvent = typeof example.expect !== 'string';
      expect(listener.arrivals.length - stored, seen).toBe(isEvent ? ids(answer).length : 0);
      if (!isEvent || anew) continue;
      const twice = await listener.post(name, sent(name, example));
      expect(new Set(statuses(twice)), seen).toEqual(new Set(['duplicate']));
      expect(ids(twice), seen).toEqual(ids(answer));
    }
    for (const example of again) {
      const answer = await listener.post(name, sent(name, example));
      const original = answers.get(example.retryOf ?? '');
      if (original === undefined) throw new Error(`${example.name} is a retry of nothing`);
      expect(new Set(statuses(answer)), example.name).toEqual(new Set(['duplicate']));
      expect(ids(answer), example.name).toEqual(ids(original));
    }
  });
});
