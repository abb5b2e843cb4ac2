import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, html } from '../../../../src/ops/console/html.js';

describe('html', () => {
  it.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['" onmouseover="x', '&quot; onmouseover=&quot;x'],
    ["' onfocus='x", '&#39; onfocus=&#39;x'],
    ['`x`', '&#96;x&#96;'],
    ['a & b', 'a &amp; b'],
    ['&lt;', '&amp;lt;'],
    ['nul \u0000 esc \u001b bell \u0007', 'nul \uFFFD esc \uFFFD bell \uFFFD'],
    ['tab\tline\n', 'tab\tline\n'],
  ])('escapes %j', (text, expected) => {
    expect(html`${text}`.markup).toBe(expected);
  });

  it('escapes what is put in and nothing twice', () => {
    const inner = html`<b>${'<'}</b>`;
    expect(html`<p title="${'"'}">${inner}${[inner, '>']}</p>`.markup).toBe(
      '<p title="&quot;"><b>&lt;</b><b>&lt;</b>&gt;</p>',
    );
  });

  it('leaves nothing behind of what is not there, but shows zero', () => {
    expect(html`${undefined}${null}${false}${''}${[]}${0}`.markup).toBe('0');
  });

  it('never lets text end an element or an attribute', () => {
    const unit = fc.constantFrom('<', '>', '"', "'", '`', '&', '\u0000', ';', 'a', '/', '=', ' ', '\uD800');
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'`]/);
      }),
    );
  });

  it('keeps every character of ordinary text readable', () => {
    const read = (markup: string): string =>
      markup.replace(
        /&(lt|gt|quot|amp|#39|#96);/g,
        (_, name: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'", '#96': '`' })[name] ?? '',
      );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(read(escapeHtml(text))).toBe(text.replace(/(?![\t\n\r])\p{Cc}/gu, '\uFFFD'));
      }),
    );
  });
});
