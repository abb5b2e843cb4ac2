/** Markup that is safe to send: everything that was put into it has been escaped. */
export class Html {
  constructor(readonly markup: string) {}

  toString(): string {
    return this.markup;
  }
}

/** What a template takes. `undefined`, `null` and `false` leave nothing behind, so that parts can be left out. */
export type Part = Html | string | number | undefined | null | false | readonly Part[];

/**
 * The only way to markup: text that is put in is escaped, other `html` is not escaped twice, lists are joined.
 * Put values between quotes where they are attributes; a value never stands in a script, a style or a tag's name.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    strings.reduce((markup, text, i) => markup + text + (i < parts.length ? render(parts[i]) : ''), ''),
  );
}

/** Escapes what could end text or a quoted attribute. NUL and other controls, which HTML forbids, become visible. */
export function escapeHtml(text: string): string {
  return text.replace(SPECIAL, (character) => ENTITIES[character] ?? '\uFFFD');
}

const SPECIAL = /[&<>"'`]|(?![\t\n\r])\p{Cc}/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function render(part: Part): string {
  if (part === undefined || part === null || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(render).join('');
  return escapeHtml(String(part));
}
