import { describe, expect, it } from 'vitest';
import type { Attempt, Receipt } from '../../../src/model/delivery.js';
import { readReceipt, writeReceipt } from '../../../src/queue/receipt-text.js';

const JOB = 'd6eab63c-d753-4cde-91bf-e066039fbe06';
const attempt: Attempt = {
  number: 1,
  startedAt: 1_795_603_254_614,
  durationMs: 43.1,
  outcome: 'delivered',
  reached: 'answered',
  status: 200,
  answer: '{"job_id":"d6eab63c"}',
  jobId: JOB,
  bodyHash: '7122c4c4e033772ef7d5e8f590e4338a3fb4e85c4a316f10c80fe515ad562a91',
};
const receipt: Receipt = {
  deliveredAt: 1_795_603_254_657,
  message: 'event published to queue',
  jobId: JOB,
  jobUrl: `https://komand.example/jobs/details/${JOB}`,
  attempt,
};

/** The same without one of its fields. */
function without<T extends object>(whole: T, field: keyof T): T {
  const rest = { ...whole };
  Reflect.deleteProperty(rest, field);
  return rest;
}

describe('a receipt as text', () => {
  it.each<[string, Receipt]>([
    ['an ordinary one', receipt],
    ['the second attempt', { ...receipt, attempt: { ...attempt, number: 2 } }],
    ['another status', { ...receipt, attempt: { ...attempt, status: 202 } }],
    [
      'found in the job list, without an answer',
      { ...receipt, attempt: without({ ...attempt, reached: 'sent_no_answer' }, 'status') },
    ],
    ['an attempt without a job', { ...receipt, attempt: without(attempt, 'jobId') }],
    ['an attempt with another job', { ...receipt, attempt: { ...attempt, jobId: 'other' } }],
    ['a trigger, which has no job', { deliveredAt: 5, attempt: without(attempt, 'jobId') }],
    [
      'an address that does not end with the job',
      { ...receipt, jobUrl: 'https://komand.example/?job=a%2Fb' },
    ],
    ['no address', without(receipt, 'jobUrl')],
    ['a hash that is none', { ...receipt, attempt: { ...attempt, bodyHash: 'ABC' } }],
    ['no hash', { ...receipt, attempt: without(attempt, 'bodyHash') }],
  ])('is read as it was written: %s', (_, each) => {
    expect(readReceipt(writeReceipt(each))).toEqual(each);
  });

  it('says nothing twice', () => {
    const text = writeReceipt(receipt);
    expect(text.split(JOB)).toHaveLength(2);
    expect(text.length).toBeLessThan(0.7 * JSON.stringify(receipt).length);
  });

  it.each([undefined, '', 'null', '[]', '{"a":1}', '{'])('takes %j for no receipt', (text) => {
    expect(readReceipt(text)).toBeUndefined();
  });
});
