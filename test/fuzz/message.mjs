/** A request as text: a first line, `name: value` lines, an empty line, the body. Any bytes read as one. */
export function readMessage(input) {
  const split = input.indexOf('\n\n');
  const head = (split < 0 ? input : input.subarray(0, split)).toString('latin1');
  const [first = '', ...lines] = head.split('\n');
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    // As Node.js hands headers over: lower-case names, own properties whatever they are called
    const name = line.slice(0, colon).trim().toLowerCase();
    Object.defineProperty(headers, name, {
      value: line.slice(colon + 1).trim(),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return { first, headers, body: split < 0 ? Buffer.alloc(0) : input.subarray(split + 2) };
}

export function writeMessage(first, headers, body) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([Buffer.from([first, ...lines, '', ''].join('\n'), 'latin1'), Buffer.from(body)]);
}
