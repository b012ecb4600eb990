import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, raw } from './html.ts';

describe('html', () => {
  it('escapes what could leave text or a quoted attribute', () => {
    const hostile = `"><script>alert('x')</script>\`&`;
    expect(String(html`<a title="${hostile}">${hostile}</a>`)).toBe(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&#96;&amp;">' +
        '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&#96;&amp;</a>',
    );
  });

  it('nests templates and lists of them without escaping twice', () => {
    const items = ['a & b', '<c>'].map((name) => html`<li>${name}</li>`);
    expect(String(html`<ul>${items}</ul>`)).toBe('<ul><li>a &amp; b</li><li>&lt;c&gt;</li></ul>');
  });

  it('shows numbers, and nothing for null, undefined and booleans', () => {
    expect(String(html`[${0}|${12n}|${null}|${undefined}|${false}|${true}|${[]}]`)).toBe('[0|12|||||]');
  });

  it('takes raw markup as it is', () => {
    expect(String(html`<p>${raw('<br>')}</p>`)).toBe('<p><br></p>');
  });

  it('never lets a string open a tag or end an attribute', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(String(html`${text}`)).not.toMatch(/[<>"'`]/);
      }),
    );
  });
});
