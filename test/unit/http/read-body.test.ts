import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readBody, RequestAborted } from '../../../src/http/read-body.js';

const LIMIT = 1_000;

function incoming(encoding?: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  if (encoding !== undefined) request.headers['content-encoding'] = encoding;
  return request;
}

function read(chunks: readonly (string | Buffer)[], encoding?: string): Promise<Buffer> {
  const request = incoming(encoding);
  const body = readBody(request, LIMIT);
  for (const chunk of chunks) request.push(chunk);
  request.push(null);
  return body;
}

const fault = (code: string, status: number) => expect.objectContaining({ code, status });

describe('reading a body', () => {
  it.each<[string, string[], string]>([
    ['nothing', [], ''],
    ['one chunk', ['{"a":1}'], '{"a":1}'],
    ['many chunks', ['{"a"', ':', '1}'], '{"a":1}'],
    ['all that is allowed', ['x'.repeat(500), 'x'.repeat(500)], 'x'.repeat(1_000)],
  ])('gives %s', async (_title, chunks, expected) => {
    expect((await read(chunks)).toString()).toBe(expected);
  });

  it('gives the bytes, not a reading of them', async () => {
    expect(await read([Buffer.from([0xc3]), Buffer.from([0x28, 0xff, 0])])).toEqual(
      Buffer.from([0xc3, 0x28, 0xff, 0]),
    );
  });

  it('stops at the first byte too many', async () => {
    const request = incoming();
    const body = readBody(request, LIMIT);
    request.push('x'.repeat(1_001));
    await expect(body).rejects.toEqual(fault('body_too_large', 413));
    expect(request.listenerCount('data')).toBe(0);
  });

  it('tells a sender that hangs up from one that is done', async () => {
    const request = incoming();
    const body = readBody(request, LIMIT);
    request.push('{"a"');
    request.destroy();
    await expect(body).rejects.toThrow(RequestAborted);
  });

  it.each<[string, Buffer[], string]>([
    ['whole', [gzipSync('{"a":1}')], '{"a":1}'],
    ['in pieces', [...gzipSync('{"a":1}')].map((byte) => Buffer.from([byte])), '{"a":1}'],
    ['as two members', [gzipSync('{"a"'), gzipSync(':1}')], '{"a":1}'],
    ['of all that is allowed', [gzipSync('x'.repeat(1_000))], 'x'.repeat(1_000)],
  ])('undoes gzip %s', async (_title, chunks, expected) => {
    expect((await read(chunks, 'GZip')).toString()).toBe(expected);
  });

  it.each<[string, Buffer, string, number]>([
    ['a bomb', gzipSync(Buffer.alloc(400_000)), 'body_too_large', 413],
    ['one byte too many', gzipSync('x'.repeat(1_001)), 'body_too_large', 413],
    ['plain text', Buffer.from('{"a":1}'), 'bad_request', 400],
    ['a truncated stream', gzipSync('{"a":1}').subarray(0, -6), 'bad_request', 400],
    [
      'a broken checksum',
      Buffer.concat([gzipSync('{"a":1}').subarray(0, -8), Buffer.alloc(8)]),
      'bad_request',
      400,
    ],
  ])('refuses %s that says it is gzip', async (_title, body, code, status) => {
    await expect(read([body], 'gzip')).rejects.toEqual(fault(code, status));
  });
});
