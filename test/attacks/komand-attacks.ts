import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** One way in which a Komand may be hostile or broken: what it writes when an event is posted to it. */
export interface KomandAttack {
  readonly id: string;
  readonly title: string;
  /** What is written as the answer; `token` is the session token that came with the request. */
  readonly answer: (given: { readonly token: string; readonly stranger: string }) => Buffer | string | Drive;
  /** What must be told of the attempt. */
  readonly outcome: Readonly<Record<string, unknown>>;
}
/** Drives the connection itself. */
export type Drive = (socket: Socket) => void;

/** What the bridge signs in with; it must show up nowhere. */
export const PASSWORD = 'pass "word" of/the+bridge';

const BOMB = gzipSync(Buffer.alloc(100_000_000));
const HUGE = 500_000_000;
const MEGABYTE = Buffer.alloc(1_048_576, 0x20);

/** An answer with its length, as a Komand writes it. */
export function answer(body: Buffer | string, headers: readonly string[] = [], status = '200 OK'): Buffer {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const head = [`HTTP/1.1 ${status}`, 'Content-Type: application/json', length, ...headers, '', ''];
  return Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), Buffer.from(body)]);
}

const job = (value: unknown): string =>
  JSON.stringify({ job_id: value, message: 'event published to queue' });
const BROKEN = { kind: 'route-broken', errorClass: 'redirect' };
const DOUBT = { kind: 'ambiguous', errorClass: 'bad_answer' };

const redirect = (title: string, status: string, location: (stranger: string) => string): KomandAttack => ({
  id: 'K-1',
  title,
  answer: ({ stranger }) => answer('', [`Location: ${location(stranger)}`], status),
  outcome: BROKEN,
});
const doubtful = (id: string, title: string, made: KomandAttack['answer']): KomandAttack => ({
  id,
  title,
  answer: made,
  outcome: DOUBT,
});
const delivered = (title: string, body: string, outcome: object): KomandAttack => ({
  id: 'K-7',
  title,
  answer: () => answer(body),
  outcome: { kind: 'delivered', ...outcome },
});
/** As much as the other side takes, up to `HUGE`. */
const flood: Drive = (socket) => {
  let left = HUGE;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= MEGABYTE.length;
      if (!socket.write(MEGABYTE)) return;
    }
  };
  socket.on('drain', more);
  more();
};
const drip: Drive = (socket) => {
  const timer = setInterval(() => socket.write(' '), 20);
  socket.once('close', () => clearInterval(timer));
};
const later =
  (head: string, then: Drive): Drive =>
  (socket) => {
    socket.write(head);
    then(socket);
  };
const retryAfter = (value: string, wait: number | undefined): KomandAttack => ({
  id: 'K-9',
  title: `Retry-After: ${value}`,
  answer: () => answer('{}', [`Retry-After: ${value}`], '429 Too Many Requests'),
  outcome: { kind: 'retry', errorClass: 'http_429', retryAfterMs: wait },
});

export const KOMAND_ATTACKS: readonly KomandAttack[] = [
  ...['301', '302', '303', '307', '308'].map((status) =>
    redirect(`${status} to another host`, `${status} Moved`, (stranger) => `${stranger}/v2/workflows`),
  ),
  redirect('307 to the metadata service', '307 Moved', () => 'http://169.254.169.254/latest/meta-data/'),
  redirect('302 to a file', '302 Found', () => 'file:///etc/passwd'),
  redirect('300 without a place', '300 Multiple Choices', () => ''),

  doubtful('K-4', '200 and nothing', () => answer('')),
  doubtful('K-4', '200 and text', () => answer('event published to queue')),
  doubtful('K-4', '200 and a list', () => answer('[{"job_id":"1"}]')),
  doubtful('K-4', '200 without a job', () => answer('{"message":"event published to queue"}')),
  doubtful('K-4', '200 of 500 MB', () => later(`HTTP/1.1 200 OK\r\nContent-Length: ${HUGE}\r\n\r\n`, flood)),
  doubtful('K-4', '200 of 500 MB without a length', () => later('HTTP/1.1 200 OK\r\n\r\n', flood)),
  doubtful('K-4', 'an answer that breaks off', () => (socket) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"job_id":');
  }),
  {
    id: 'K-4',
    title: '200 and a page to sign in',
    answer: () => answer('<!doctype html><form action=/login>', ['Content-Type: text/html']),
    outcome: { kind: 'route-broken', errorClass: 'bad_answer' },
  },
  {
    id: 'K-4',
    title: '204 and nothing',
    answer: () => 'HTTP/1.1 204 No Content\r\n\r\n',
    outcome: DOUBT,
  },
  doubtful('K-5', 'a gzip bomb of 100 MB', () => answer(BOMB, ['Content-Encoding: gzip'])),
  doubtful('K-5', 'text that says it is gzip', () => answer(job('j-1'), ['Content-Encoding: gzip'])),
  doubtful('K-5', 'gzip in gzip', () =>
    answer(gzipSync(gzipSync(job('j-1'))), ['Content-Encoding: gzip, gzip']),
  ),
  {
    id: 'K-6',
    title: 'a body one byte at a time',
    answer: () => later('HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n', drip),
    outcome: { kind: 'ambiguous', errorClass: 'timeout' },
  },
  {
    id: 'K-6',
    title: 'headers one byte at a time',
    answer: () => later('HTTP/1.1 200 OK\r\nX-A: ', drip),
    outcome: { kind: 'ambiguous', errorClass: 'timeout' },
  },
  {
    id: 'K-6',
    title: 'nothing at all',
    answer: () => () => undefined,
    outcome: { kind: 'ambiguous', errorClass: 'timeout' },
  },

  ...[null, {}, ['a'], true, '', 1.5, 1e300].map((value) =>
    doubtful('K-7', `${JSON.stringify(value)} for a job_id`, () => answer(job(value))),
  ),
  doubtful('K-7', 'a job_id of 10 kB', () => answer(job('j'.repeat(10_000)))),
  doubtful('K-7', 'a job_id of 257 characters', () => answer(job('j'.repeat(257)))),
  delivered('a job_id of 256 characters', job('j'.repeat(256)), { jobId: 'j'.repeat(256) }),
  delivered('markup for a job_id', job('<script>alert(1)</script>'), { jobId: '<script>alert(1)</script>' }),
  delivered('a path for a job_id', job('../../v2/sessions'), { jobId: '../../v2/sessions' }),
  delivered('a number for a job_id', job(42), { jobId: '42' }),
  delivered('a job_id beside __proto__', '{"__proto__":{"polluted":true},"job_id":"j-2"}', { jobId: 'j-2' }),

  doubtful('K-8', 'a header of 1 MB', () => answer(job('j-1'), [`X-A: ${'a'.repeat(1_000_000)}`])),
  doubtful('K-8', 'a flood of cookies', () =>
    answer(
      job('j-1'),
      Array.from({ length: 20_000 }, (_, i) => `Set-Cookie: c${i}=${i}`),
    ),
  ),
  doubtful('K-8', 'a bare line end in a header', () => answer(job('j-1'), ['X-A: a\rX-B: b'])),
  doubtful('K-8', 'NUL in a header', () => answer(job('j-1'), ['X-A: a\0b'])),
  doubtful('K-8', 'two lengths', () => answer(job('j-1'), ['Content-Length: 3'])),
  doubtful('K-8', 'a status that is none', () => answer(job('j-1'), [], 'abc OK')),
  doubtful('K-8', 'another protocol', () => (socket) => void socket.end('220 mail ready\r\n')),
  {
    id: 'K-8',
    title: 'cookies that it may keep to itself',
    answer: () => answer(job('j-3'), ['Set-Cookie: jwt=planted; Path=/', 'Set-Cookie: a=b']),
    outcome: { kind: 'delivered', jobId: 'j-3' },
  },

  ...['-1', 'abc', '', '1e3', '0x10', 'Infinity', '1.5', '-Fri, 01 Jan 2027 00:00:00 GMT'].map((value) =>
    retryAfter(value, undefined),
  ),
  retryAfter('0', 1_000),
  retryAfter('5', 5_000),
  ...['1000000000000', '9'.repeat(400), 'Fri, 31 Dec 2099 23:59:59 GMT'].map((value) =>
    retryAfter(value, 3_600_000),
  ),
  retryAfter('Thu, 01 Jan 1970 00:00:00 GMT', 1_000),

  {
    id: 'K-12',
    title: 'the token in an error',
    answer: ({ token }) => answer(JSON.stringify({ message: `bad token ${token}` }), [], '400 Bad Request'),
    outcome: { kind: 'rejected', errorClass: 'http_4xx' },
  },
  {
    id: 'K-12',
    title: 'the token and the password among other text',
    answer: ({ token }) =>
      answer(`{"trace":"Authorization: Bearer ${token}\\nuser_secret=${PASSWORD}"}`, [], '500 Oh no'),
    outcome: { kind: 'retry', errorClass: 'http_5xx' },
  },
  {
    id: 'K-12',
    title: 'the password in other spellings',
    answer: () => {
      const spelt = [encodeURIComponent(PASSWORD), Buffer.from(PASSWORD).toString('base64')];
      return answer(JSON.stringify({ message: spelt.join(' '), p: PASSWORD }), [], '422 No');
    },
    outcome: { kind: 'rejected', errorClass: 'http_4xx' },
  },
  {
    id: 'K-12',
    title: 'the token for a job_id',
    answer: ({ token }) => answer(job(token)),
    outcome: DOUBT,
  },
  {
    id: 'K-12',
    title: 'the password within a job_id',
    answer: () => answer(job(`job of ${PASSWORD}`)),
    outcome: DOUBT,
  },
  {
    id: 'K-12',
    title: 'the token in the message of a success',
    answer: ({ token }) => answer(JSON.stringify({ job_id: 'j-4', message: `thanks, ${token}` })),
    outcome: { kind: 'delivered', jobId: 'j-4' },
  },
];
