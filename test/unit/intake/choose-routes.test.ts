import { describe, expect, it } from 'vitest';
import { chooseRoutes } from '../../../src/intake/choose-routes.js';
import type { Observation } from '../../../src/model/observation.js';
import { MappingError, type BodyPart, type ConditionInput } from '../../../src/model/source.js';
import { handMadeRoute, handMadeSource } from '../../support/hand-made-source.js';

const PART: BodyPart = {
  text: '{"id":9007199254740993}',
  value: { id: 1 },
  exact: { id: '9007199254740993' },
};

describe('choosing routes', () => {
  it('keeps the order of the configuration and leaves out what does not apply', async () => {
    const source = handMadeSource({
      routes: [
        handMadeRoute({ name: 'yes', when: () => Promise.resolve(true) }),
        handMadeRoute({ name: 'no', when: () => Promise.resolve(false) }),
        handMadeRoute({ name: 'always' }),
      ],
    });
    const seen: Observation[] = [];
    expect(await chooseRoutes(source, PART, {}, (each) => seen.push(each))).toEqual(['yes', 'always']);
    expect(seen).toEqual([]);
  });

  it('shows a condition the exact numbers and the kept headers', async () => {
    const inputs: ConditionInput[] = [];
    const when = (input: ConditionInput): Promise<boolean> => Promise.resolve(inputs.push(input) > 0);
    const source = handMadeSource({ routes: [handMadeRoute({ when })] });
    await chooseRoutes(source, PART, { 'x-kind': 'alert' }, () => undefined);
    expect(inputs).toEqual([{ exact: { id: '9007199254740993' }, headers: { 'x-kind': 'alert' } }]);
  });

  it('takes the route when its condition cannot be evaluated, and says so', async () => {
    const when = (): Promise<boolean> => Promise.reject(new MappingError('result.severity is not a number'));
    const source = handMadeSource({ routes: [handMadeRoute({ name: 'high', when })] });
    const seen: Observation[] = [];
    expect(await chooseRoutes(source, PART, {}, (each) => seen.push(each))).toEqual(['high']);
    expect(seen).toMatchObject([
      {
        kind: 'notice',
        event: 'condition.failed',
        data: { source: 'alarms', route: 'high', cause: 'result.severity is not a number' },
      },
    ]);
  });

  it('does not swallow a fault of our own', async () => {
    const when = (): Promise<boolean> => Promise.reject(new TypeError('ours'));
    const source = handMadeSource({ routes: [handMadeRoute({ when })] });
    await expect(chooseRoutes(source, PART, {}, () => undefined)).rejects.toThrow(TypeError);
  });
});
