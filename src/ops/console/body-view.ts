import { bytes } from './format.js';
import { html, type Html } from './html.js';
import { icon } from './icon.js';

const SHOWN_CHARACTERS = 200_000;

/**
 * A body as text, indented where it is JSON of a size that can be read. Digits stay as they came: only white space
 * between tokens is added, nothing is parsed into numbers.
 */
export function bodyView(text: string, label: string): Html {
  const shown = text.length > SHOWN_CHARACTERS ? text.slice(0, SHOWN_CHARACTERS) : text;
  const cut = shown.length < text.length;
  return html`<figure class="code">
    <figcaption>
      <span>${label}</span
      ><span class="muted">${bytes(Buffer.byteLength(text))}${cut ? ', the beginning of it' : ''}</span
      ><button type="button" class="quiet" data-copy hidden>${icon('copy')}Copy</button>
    </figcaption>
    <pre tabindex="0" aria-label="${label}">${cut ? shown : indentJson(shown)}</pre>
  </figure>`;
}

/** Lays JSON text out without reading its values, so that `1e400` and 40-digit integers stay what they are. */
export function indentJson(text: string): string {
  if (!isJson(text)) return text;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  const breakLine = (): void => {
    lines.push(line);
    line = '  '.repeat(depth);
  };
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    if (token === '{' || token === '[') {
      line += token;
      if (next === '}' || next === ']') continue;
      depth += 1;
      breakLine();
    } else if (token === '}' || token === ']') {
      const before = tokens[i - 1];
      if (before !== '{' && before !== '[') {
        depth -= 1;
        breakLine();
      }
      line += token;
    } else if (token === ',') {
      line += token;
      breakLine();
    } else line += token === ':' ? ': ' : token;
  }
  return [...lines, line].join('\n');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
