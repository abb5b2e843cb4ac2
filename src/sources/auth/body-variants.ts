/**
 * The same JSON as other programs write it: what a sender, or a proxy between, may have signed in place of the bytes
 * that came in. Empty for a body that is not JSON.
 */
export function bodyVariants(body: Buffer): Buffer[] {
  const text = body.toString('utf8');
  const variants = new Set<string>([`${text}\n`, text.trim()]);
  try {
    const value: unknown = JSON.parse(text);
    const compact = JSON.stringify(value);
    variants.add(compact);
    variants.add(`${compact}\n`);
    for (const indent of [2, 4, '\t']) variants.add(JSON.stringify(value, null, indent));
    variants.add(spaced(JSON.stringify(value, null, 1)));
  } catch {
    // Not JSON: nothing but its line ends can have changed
  }
  variants.delete(text);
  return [...variants].map((variant) => Buffer.from(variant, 'utf8'));
}

/** `{"a": 1, "b": [2, 3]}`, Python's way. A line feed inside a string is escaped, so these are all layout. */
function spaced(indented: string): string {
  return indented
    .replaceAll(/([[{])\n */g, '$1')
    .replaceAll(/\n *([\]}])/g, '$1')
    .replaceAll(/,\n */g, ', ');
}
