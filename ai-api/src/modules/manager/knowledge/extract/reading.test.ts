import { expect, test } from 'vitest';
import { docxWith, pdfOf } from '../../../../../test/files.ts';
import { clean } from './block.ts';
import { readDocx } from './docx.ts';
import { readHtml } from './html.ts';
import { readMarkdown } from './markdown.ts';
import { readPdf } from './pdf.ts';

const texts = ({ blocks }: { blocks: { text: string }[] }) => blocks.map(({ text }) => text);

test('tables keep their rows, in Markdown, in HTML, and in HTML inside Markdown', () => {
  const html =
    '<table><tr><th>System</th><th>Kept</th></tr><tr><td>Mail</td><td><p>Six <b>years</b></p></td></tr></table>';
  const rows = ['System | Kept', 'Mail | Six years'];
  expect(texts(readHtml(html))).toEqual(rows);
  expect(texts(readMarkdown(`# Retention\n\n${html}\n`))).toEqual(rows);
  expect(texts(readMarkdown('| System | Kept |\n|---|---|\n| Mail | Six **years** |\n'))).toEqual(rows);
  expect(readMarkdown(`# Retention\n\n${html}\n`).blocks[0]?.heading).toEqual(['Retention']);
});

test('merged cells are in each row and column that they cover', () => {
  const html = `<table><tr><th>Country</th><th colspan="2">Rate</th></tr>
    <tr><td rowspan="2">Norway</td><td>Full day</td><td>75 EUR</td></tr><tr><td>Half day</td><td>50 EUR</td></tr></table>`;
  expect(texts(readHtml(html))).toEqual([
    'Country | Rate | Rate',
    'Norway | Full day | 75 EUR',
    'Norway | Half day | 50 EUR',
  ]);
  expect(texts(readHtml('<table><tr><td rowspan="99999999" colspan="-3">x</td></tr></table>'))).toEqual([
    'x',
  ]);
});

test('a heading that is too long is shortened above its section, and whole at the beginning of it', () => {
  const long = `Leave ${'is granted to everyone who asks for it in time '.repeat(6)}each year`;
  const { blocks } = readMarkdown(`# ${long}\n\nTwenty days.\n`);
  expect(blocks.map(({ text }) => text)).toEqual([long, 'Twenty days.']);
  for (const { heading } of blocks) {
    expect(heading).toHaveLength(1);
    expect(heading[0]?.length).toBeLessThanOrEqual(202);
    expect(long).toContain(heading[0]?.replace(/ …$/, ''));
  }
});

test('front matter is no heading, and gives the title', () => {
  for (const end of ['\n', '\r\n']) {
    const read = readMarkdown(
      ['---', 'title: "Carry-over"', 'owner: people', 'tags: [a]', '---', '', 'Leave ends.'].join(end),
    );
    expect(read).toEqual({
      title: 'Carry-over',
      pages: null,
      blocks: [{ heading: [], page: null, text: 'Leave ends.' }],
      unread: [],
    });
  }
});

test('words at the borders of lists, lines and paragraphs do not run together', () => {
  const source =
    '- Meals\n  - Breakfast: 12 EUR\n  - Dinner: 30 EUR\n- Hotels\n\n  Up to 140 EUR.\n\n  No breakfast.\n\nCore hours  \nMonday: 10\n\nWrite to <team>, within <8 weeks.';
  expect(texts(readMarkdown(source))).toEqual([
    'Meals Breakfast: 12 EUR Dinner: 30 EUR',
    'Hotels Up to 140 EUR. No breakfast.',
    'Core hours Monday: 10',
    'Write to <team>, within <8 weeks.',
  ]);
});

test('items of ordered lists keep their numbers', () => {
  expect(
    texts(readHtml('<ol start="3"><li>Call.</li><li><p>Send.</p></li><li value="9">Wait.</li></ol>')),
  ).toEqual(['3. Call.', '4. Send.', '9. Wait.']);
  expect(texts(readMarkdown('3. Call.\n4. Send.\n'))).toEqual(['3. Call.', '4. Send.']);
});

test('characters without a width join, and scripts that need joiners keep them', () => {
  expect(clean('Over\u00adtime com\u00adpen\u00adsation')).toBe('Overtime compensation');
  expect(clean('un\u2060paid lead\u200b’s fa\u200cmily \ufeff\u202eend')).toBe('unpaid lead’s family end');
  expect(clean('می\u200cتوانند 👨\u200d👩\u200d👧')).toBe('می\u200cتوانند 👨\u200d👩\u200d👧');
});

test('comments, hidden parts and what is around the document are not read', () => {
  expect(
    texts(readMarkdown('Thirty days. <!-- draft: forty --> Ask.\n\n<!--\nOld rule.\n-->\n\nFive.')),
  ).toEqual(['Thirty days. Ask.', 'Five.']);
  const page = `<!DOCTYPE html><html><body><!-- forty --><div role="dialog"><p>Cookies for remote work</p></div>
    <header><div role="navigation"><a>Remote work</a></div><p>Handbook</p></header><div role="search">Search</div>
    <main><article><header><h1>Remote work</h1></header><p>20 days a year.</p></article></main>
    <aside><p>Remote work for others</p></aside><footer><p>Careers</p></footer></body></html>`;
  expect(readHtml(page).blocks).toEqual([{ heading: ['Remote work'], page: null, text: '20 days a year.' }]);
});

test('the parts of a folded section are read', () => {
  expect(
    texts(
      readMarkdown('<details>\n<summary>Exceptions to consider</summary>\n\n- A legal hold.\n\n</details>\n'),
    ),
  ).toEqual(['Exceptions to consider', 'A legal hold.']);
});

test('hidden text of a Word document is not read, and its tables keep their rows', async () => {
  const run = (text: string, properties = '') =>
    `<w:r>${properties && `<w:rPr>${properties}</w:rPr>`}<w:t>${text}</w:t></w:r>`;
  const paragraph = (...runs: string[]) => `<w:p>${runs.join('')}</w:p>`;
  const cell = (text: string) => `<w:tc>${paragraph(run(text))}</w:tc>`;
  const body = [
    paragraph(run('Taxi rides up to 60 EUR.'), run(' Draft: no limit.', '<w:vanish/>')),
    paragraph(run('Trains too.', '<w:vanish w:val="0"/>')),
    `<w:tbl><w:tr>${cell('Norway')}${cell('75 EUR')}</w:tr><w:tr>${cell('Poland')}${cell('40 EUR')}</w:tr></w:tbl>`,
  ];
  expect(texts(await readDocx(docxWith(body.join(''))))).toEqual([
    'Taxi rides up to 60 EUR.',
    'Trains too.',
    'Norway | 75 EUR',
    'Poland | 40 EUR',
  ]);
});

test('words that a page breaks are joined, and other hyphens stay', async () => {
  const lines = ['TRAVEL', 'The reim-', 'bursement needs a long-', 'term plan, pre-', 'and post-work.'];
  expect(texts(await readPdf(await pdfOf([lines.join('\n')])))).toEqual([
    'The reimbursement needs a long-term plan, pre- and post-work.',
  ]);
});
