import { expect, test } from 'vitest';
import type { Extracted } from './block.ts';
import { readHtml } from './html.ts';
import { readMarkdown } from './markdown.ts';

const texts = ({ blocks }: Extracted) => blocks.map(({ text }) => text);
const reasons = ({ unread }: Extracted) => unread.map(({ reason }) => reason);

test.each([
  [
    'cells that span columns and rows of the head',
    '<table><thead><tr><th rowspan=2>Country<th colspan=2>Rate<tr><th>Full<th>Half</thead><tr><th scope=row>Norway<td>75<td>50</table>',
    ['Country | Rate | Rate', 'Country | Full | Half', 'Norway | 75 | 50'],
  ],
  [
    'a row that spans the whole table',
    '<table><tr><th>A<th>B<tr><td colspan=2>Europe<tr><td>1<td>2</table>',
    ['A | B', 'Europe', '1 | 2'],
  ],
  [
    'a cell that spans all rows below',
    '<table><tr><td rowspan=0>Norway<td>75<tr><td>50</table>',
    ['Norway | 75', 'Norway | 50'],
  ],
  [
    'a table in a cell',
    '<table><tr><th>A<th>B<tr><td>UK<td><table><tr><td>x<td>y</table></table>',
    ['A | B', 'UK | x, y'],
  ],
  [
    'a table in an item, which keeps its number',
    '<ol><li>Rates<table><tr><th>C<th>R<tr><td>Norway<td>75</table><li>Other</ol>',
    ['1. Rates', 'C | R', 'Norway | 75', '2. Other'],
  ],
  [
    'a table that only places parts',
    '<table role=presentation><tr><td><p>One.</p><td><p>Two.</p></table>',
    ['One.', 'Two.'],
  ],
  [
    'a caption',
    '<table><caption>Rates of 2026</caption><tr><td>Norway<td>75</table>',
    ['Rates of 2026', 'Norway | 75'],
  ],
])('tables keep %s', (_what, html, expected) => {
  expect(texts(readHtml(html))).toEqual(expected);
  expect(texts(readMarkdown(`# Travel\n\n${html}\n`))).toEqual(expected);
});

test('rows know the head of their table, marked or not', () => {
  const heads = (html: string) => readHtml(html).blocks.map(({ head }) => head);
  expect(heads('<table><thead><tr><td>A<td>B<tbody><tr><td>1<td>2</table>')).toEqual([undefined, 'A | B']);
  expect(heads('<table><tr><td>Country<td>Rate<tr><td>Norway<td>75<tr><td>Poland<td>40</table>')).toEqual([
    undefined,
    'Country | Rate',
    'Country | Rate',
  ]);
  expect(heads('<table><tr><td>Norway<td>75<tr><td>Poland<td>40<tr><td>Spain<td>50</table>')).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test.each([
  ['hidden', '<p hidden>x secret</p>'],
  ['not displayed', '<p style="display : none">secret</p>'],
  ['invisible', '<p style="visibility:hidden">secret</p>'],
  ['transparent', '<p style="opacity:0">secret</p>'],
  ['white on white', '<p><span style="color:#FFF">secret</span></p>'],
  ['nearly white', '<p style="color: rgb(254, 254, 254)">secret</p>'],
  ['white by an old tag', '<font color="white">secret</font>'],
  [
    'of the color of its background',
    '<div style="background:#003366"><p style="color:#036">secret</p></div>',
  ],
  ['of one pixel', '<p style="font-size:1px">secret</p>'],
  ['of a tenth of the size', '<p style="font-size:0.1em">secret</p>'],
  ['beside the screen', '<p style="position:absolute;left:-9999px">secret</p>'],
  ['cut away', '<span style="clip:rect(0 0 0 0)">secret</span>'],
  ['hidden by a sheet', '<style>.a,.n { display: none }</style><p class=n>secret</p>'],
  ['white by a sheet', '<style>p.w{color:white}</style><p class="w">secret</p>'],
  ['for readers of screens', '<span class="sr-only">secret</span>'],
  ['hidden from them', '<div aria-hidden="true"><p>secret</p></div>'],
  ['of a dialog that is closed', '<dialog><p>secret</p></dialog>'],
  ['hidden in exports of Word', '<p style="mso-hide:all">secret</p>'],
])('text that is %s is not read, and noted with its place', (_how, html) => {
  for (const found of [
    readHtml(`<h1>Leave</h1>${html}<p>Shown.</p>`),
    readMarkdown(`# Leave\n\n${html}\n\nShown.\n`),
  ]) {
    expect(texts(found)).toEqual(['Shown.']);
    expect(found.unread).toMatchObject([{ reason: 'hidden', places: ['Leave'] }]);
  }
});

test.each([
  [
    'white on a dark background',
    '<div style="background-color:navy"><p style="color:white">Shown.</p></div>',
  ],
  ['white in a dark cell', '<table bgcolor="#000000"><tr><td><font color="#ffffff">Shown.</font></table>'],
  ['white on a picture', '<div style="background:url(a.png)"><p style="color:#fff">Shown.</p></div>'],
  ['hidden on paper only', '<style>@media print { .p { display:none } }</style><p class=p>Shown.</p>'],
  ['under the pointer', '<style>p:hover{display:none}</style><p>Shown.</p>'],
  ['small but legible', '<small style="font-size:8px">Shown.</small>'],
  ['shown again', '<style>.a{display:none}</style><p class=a style="display:block">Shown.</p>'],
  ['folded', '<details><summary>Shown.</summary></details>'],
])('text that is %s is read', (_how, html) => {
  expect(texts(readHtml(html))).toEqual(['Shown.']);
  expect(readHtml(html).unread).toEqual([]);
});

test('a hidden part around Markdown is hidden as a whole', () => {
  const found = readMarkdown(
    '# Leave\n\n<div hidden>\n\nForty **days**.\n\n- one\n\n</div>\n\nThirty ~~forty~~ days.\n',
  );
  expect(texts(found)).toEqual(['Thirty days.']);
  expect(reasons(found)).toEqual(['hidden', 'deleted']);
});

test.each([
  ['<nav><a>Leave</a></nav>'],
  ['<div role="navigation">Leave</div>'],
  ['<div class="cookie-banner">We use cookies on leave.</div>'],
  ['<div id="sidebar"><p>Leave of others</p></div>'],
  ['<ul class="breadcrumb"><li>Home<li>Leave</ul>'],
  ['<div class="site-footer">Leave 2026 Ltd.</div>'],
  ['<aside><h2>Related</h2><p>Leave for contractors</p></aside>'],
  ['<footer><p>Imprint</p></footer>'],
  ['<form role="search"><label>Search leave</label></form>'],
])('what is around the document is not read: %s', (around) => {
  const page = `<body>${around}<div><h1>Leave</h1><p>Thirty days a year are given to all employees of the company.</p></div></body>`;
  const found = readHtml(page);
  expect(found.blocks).toMatchObject([{ heading: ['Leave'] }]);
  expect(reasons(found)).toEqual(['surroundings']);
});

test('the main part of a page is read alone, and what is called a footer by its text is kept', () => {
  const main =
    '<div>Banner of the week</div><main><h1>Leave</h1><p>Thirty days.</p><footer>Effective 1 May</footer></main><div>Imprint</div>';
  expect(texts(readHtml(main))).toEqual(['Thirty days.', 'Effective 1 May']);
  expect(
    texts(readHtml('<div class="sidebar"><p>Thirty days of leave, all of the document.</p></div>')),
  ).toEqual(['Thirty days of leave, all of the document.']);
  expect(texts(readHtml('<header><h1>Leave</h1><p>Effective 1 May</p></header><p>Thirty days.</p>'))).toEqual(
    ['Effective 1 May', 'Thirty days.'],
  );
});

test.each([
  ['letters', '<ol type="a"><li>One<li>Two</ol>', ['a. One', 'b. Two']],
  ['Roman numbers', '<ol type="I" start="4"><li>One<li>Two</ol>', ['IV. One', 'V. Two']],
  ['numbers that jump', '<ol><li value="9">One<li>Two</ol>', ['9. One', '10. Two']],
  ['numbers that fall', '<ol reversed><li>One<li>Two</ol>', ['2. One', '1. Two']],
  ['numbers in items', '<ol><li>One<ol><li>Inner</ol></ol>', ['1. One 1. Inner']],
  ['their borders', '<ul><li>One<ul><li>Two<li>Three</ul><li>Four</ul>', ['One Two Three', 'Four']],
])('lists keep %s', (_what, html, expected) => {
  expect(texts(readHtml(html))).toEqual(expected);
});

test('definitions stay with their terms, and marks of notes apart from figures', () => {
  expect(
    texts(readHtml('<dl><dt>Carry-over<dd>Five days<dt>Leave</dt><dd><p>Thirty</p><p>days</p></dd></dl>')),
  ).toEqual(['Carry-over: Five days', 'Leave: Thirty days']);
  expect(
    texts(readHtml('<p>Up to 14<sup><a href="#1">1</a></sup> days, 20 m<sup>2</sup>, 30<sup>2</sup>.</p>')),
  ).toEqual(['Up to 14 [1] days, 20 m², 30².']);
  expect(texts(readMarkdown('Fourteen[^a] days.\n\n[^a]: With consent.\n')).slice(0, 1)).toEqual([
    'Fourteen [1] days.',
  ]);
});

test('pictures without a description and frames are noted', () => {
  const found = readHtml(
    '<h1>Leave</h1><img src="a.png"><img src="b.png" alt="Chart of leave"><img src="i.png" width="16"><iframe title="Annex" src="x"></iframe>',
  );
  expect(texts(found)).toEqual(['Chart of leave']);
  expect(found.unread).toMatchObject([
    { reason: 'embedded', places: ['Annex'] },
    { reason: 'picture', places: ['Leave'] },
  ]);
});

test('headings without a text below them are read as text', () => {
  expect(texts(readHtml('<h1>Leave</h1><h2>Thirty days a year</h2><h2>Effective 1 May 2026</h2>'))).toEqual([
    'Thirty days a year',
    'Effective 1 May 2026',
  ]);
});

test.each([
  [
    'YAML after a mark of order',
    '\ufeff---\r\ntitle: "Carry-over"\r\nowner: people\r\n---\r\n\r\nText.\r\n',
    'Carry-over',
  ],
  ['YAML that folds', '---\ntitle: >-\n  Carry\n  over\ntags: [a]\n...\nText.\n', 'Carry over'],
  ['YAML after blank lines', '\n\n---\ntitle: Carry-over\n---\nText.\n', 'Carry-over'],
  ['YAML that is broken', '---\ntitle: Carry: over\nowner: [a\n---\nText.\n', 'Carry: over'],
  ['TOML', '+++\ntitle = "Carry-over" # leave\n[params]\ntitle = "x"\n+++\nText.\n', 'Carry-over'],
  ['JSON', '{\n  "title": "Carry-over",\n  "tags": ["a"]\n}\n\nText.\n', 'Carry-over'],
  ['JSON between fences', ';;;\n{"title": "Carry-over"}\n;;;\nText.\n', 'Carry-over'],
])('front matter in %s is no text', (_what, source, title) => {
  expect(readMarkdown(source)).toMatchObject({ title, blocks: [{ heading: [], text: 'Text.' }] });
});

test('a rule at the beginning is no front matter', () => {
  expect(texts(readMarkdown('---\n\nThirty days.\n\n---\n\nNext: five.\n'))).toEqual([
    'Thirty days.',
    'Next: five.',
  ]);
});
