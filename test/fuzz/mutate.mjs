/** What parsers have stumbled over; spliced in besides what each target knows of its own language. */
const NASTY = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '\u0000',
  '\ufeff',
  '\u2028',
  '\\ud800',
  '\\u0000',
  '"',
  '\\',
  '\r\n',
  '${env:HOME}',
  '${file:/etc/passwd}',
  '$${env:X}',
  '-0',
  '1e400',
  '9007199254740993',
  '1.0000000000000000000001',
  'NaN',
  '-1',
  'null',
  'true',
  '[]',
  '{}',
  '0x10',
  '%00',
  '%',
  '(a+)+$',
  '('.repeat(40),
  '['.repeat(80),
  '{"a":'.repeat(70),
  'A'.repeat(300),
];
const BYTES = [
  0x00, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xc0, 0xed, 0xff,
];
const MAX_LENGTH = 32_768;

/** A new input out of one or two old ones: bytes flipped, pieces moved, words of the language spliced in. */
export function createMutator(random, words) {
  const dictionary = [...NASTY, ...words].map((word) => Buffer.from(word));
  const place = (bytes) => random.below(bytes.length + 1);
  const splice = (bytes, at, remove, insert) =>
    Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(Math.min(bytes.length, at + remove))]);
  /** From one structural character to the next, so that what is moved is often a whole value. */
  const piece = (bytes) => {
    const at = place(bytes);
    const from = Math.max(0, bytes.subarray(0, at).lastIndexOf(random.pick(BYTES)));
    return bytes.subarray(from, from + 1 + random.below(random.chance(0.2) ? 400 : 40));
  };
  const moves = [
    (bytes) => splice(bytes, place(bytes), 1, Buffer.from([random.below(256)])),
    (bytes) => splice(bytes, place(bytes), random.below(2), Buffer.from([random.pick(BYTES)])),
    (bytes) => splice(bytes, place(bytes), random.below(20), Buffer.alloc(0)),
    (bytes) => splice(bytes, place(bytes), random.below(8), random.pick(dictionary)),
    (bytes) => splice(bytes, place(bytes), 0, random.pick(dictionary)),
    (bytes) => splice(bytes, place(bytes), random.below(8), piece(bytes)),
    (bytes) => splice(bytes, place(bytes), 0, Buffer.concat(Array(1 + random.below(30)).fill(piece(bytes)))),
    (bytes) => bytes.subarray(0, place(bytes)),
    (bytes, other) => splice(bytes, place(bytes), random.below(40), piece(other)),
    (bytes, other) => Buffer.concat([bytes.subarray(0, place(bytes)), other.subarray(place(other))]),
    (bytes) => {
      const digits = [...bytes.toString('latin1').matchAll(/\d+/g)];
      if (digits.length === 0) return bytes;
      const { index, 0: found } = random.pick(digits);
      return splice(
        bytes,
        index,
        found.length,
        Buffer.from(random.pick(['0', '-1', '1e309', '4294967296', found + found])),
      );
    },
  ];
  return (base, other) => {
    let bytes = base;
    for (let left = 1 + random.below(random.chance(0.3) ? 12 : 3); left > 0; left -= 1)
      bytes = random.pick(moves)(bytes, other);
    return bytes.subarray(0, MAX_LENGTH);
  };
}
