import { RE2JS } from 're2js';

/** Compiled once per literal: JSONata asks for a new engine at every evaluation. */
const compiled = new WeakMap<RegExp, RE2JS>();

/**
 * A regular expression that runs in time linear to its input, so that no pattern can hang the process. JavaScript
 * syntax without look-around and back-references. Throws where it cannot be compiled.
 */
export function compilePattern(source: string, flags = ''): RE2JS {
  const bits =
    (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.includes('m') ? RE2JS.MULTILINE : 0) |
    (flags.includes('s') ? RE2JS.DOTALL : 0);
  return RE2JS.compile(RE2JS.translateRegExp(source), bits);
}

function engineOf(literal: RegExp): RE2JS {
  const known = compiled.get(literal);
  if (known !== undefined) return known;
  const engine = compilePattern(literal.source, literal.flags);
  compiled.set(literal, engine);
  return engine;
}

/** As much of a global `RegExp` as JSONata uses: `lastIndex` and `exec`. */
class LinearRegExp extends RegExp {
  readonly #engine: RE2JS;

  constructor(literal: RegExp) {
    super('');
    this.#engine = engineOf(literal);
  }

  override exec(text: string): RegExpExecArray | null {
    const matcher = this.#engine.matcher(text);
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    this.lastIndex = matcher.end();
    const found: [string, ...string[]] = [matcher.group() ?? ''];
    // A group that took no part is the empty string here: JSONata has no word for `undefined` inside an array
    for (let i = 1; i <= matcher.groupCount(); i += 1) found.push(matcher.group(i) ?? '');
    return Object.assign(found, { index: matcher.start(), input: text });
  }
}

/** Given to JSONata in place of the native engine. */
export const LinearRegexEngine: RegExpConstructor = new Proxy(RegExp, {
  construct: (_native, [literal]: [RegExp]) => new LinearRegExp(literal),
});

/** Why a regular expression cannot be used here, or `undefined`. */
export function patternFault(source: string, flags = ''): string | undefined {
  try {
    compilePattern(source, flags);
    return undefined;
  } catch {
    return 'is not a regular expression of linear run time (no look-around, no back-references)';
  }
}
