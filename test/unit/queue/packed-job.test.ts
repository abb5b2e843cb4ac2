import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SealedError } from '../../../src/model/sealed-error.js';
import { packJob, unpackJob } from '../../../src/queue/packed-job.js';

describe('a packed job', () => {
  it('unpacks to the same fields, whatever they say', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(fc.dictionary(text, text, { noNullPrototype: true }), (fields) => {
        expect(unpackJob(packJob(fields))).toEqual(fields);
      }),
    );
  });

  it.each([
    {},
    { '': '' },
    { data: '\0\0', ats: '' },
    { data: 'Zürich 東京 🛰\u2028', outcome: 'succeeded' },
    { data: 'x'.repeat(127), returnvalue: 'y'.repeat(128), progress: 'z'.repeat(16_384) },
    { data: randomBytes(230_000).toString('base64'), ats: '1' },
    { data: `{"deliveryKey":"body:1","body":\n{"title":"${'ab'.repeat(150_000)}"}}` },
  ])('unpacks to the same fields at every size (%#)', (fields) => {
    expect(unpackJob(packJob(fields))).toEqual(fields);
  });

  it('is less than half of what it was for a usual event', () => {
    const fields = {
      data: '{"deliveryKey":"body:81","headers":{"content-type":"application/json","user-agent":"curl/8.5.0"},"requestId":"req_01M8A9XGX8M29KJ2P8RQKW0QSS","body":\n{"id":81,"title":"Disk nearly full","severity":"high","host":"db-4.example.com","status":"firing"}}',
      ats: '1',
      finishedOn: '1795642284106',
      returnvalue:
        '{"deliveredAt":1795642284106,"message":"event published to queue","jobId":"3db7fc29-d50c-4b3e-a84a-08ccf5c3e5f6","attempt":{"startedAt":1795642284021,"durationMs":85.2,"hash":"87VcTRUQhOqAPHiPP8uO2rKjfiEZ6EO9I1igj-19wws"},"jobUrlBase":"https://komand.example.com/jobs/details/"}',
      outcome: 'succeeded',
      failedStep: '',
    };
    expect(packJob(fields).length).toBeLessThan(JSON.stringify(fields).length / 2);
  });

  it('is refused as damaged when it was changed anywhere, cut or is none at all', () => {
    const packed = packJob({ data: '{"body":\n{"title":"Disk nearly full"}}', finishedOn: '5' });
    const changed = [...packed.keys()].map((at) => {
      const copy = Buffer.from(packed);
      copy[at] = (copy[at] ?? 0) ^ 4;
      return copy;
    });
    const cut = [...packed.keys()].map((length) => packed.subarray(0, length));
    for (const bytes of [...changed, ...cut, Buffer.alloc(0), randomBytes(100)])
      expect(() => unpackJob(bytes)).toThrow(new SealedError('damaged', ''));
  });
});
