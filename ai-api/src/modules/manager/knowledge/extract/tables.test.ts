import { expect, test } from 'vitest';
import { docxWith, pdfWith } from '../../../../../test/files.ts';
import { passagesOf } from '../passages.ts';
import type { Block } from './block.ts';
import { readDocx } from './docx.ts';
import { readHtml } from './html.ts';
import { readPdf } from './pdf.ts';

const HEAD = ['Country', 'Full day', 'Half day'];
const ROWS = Array.from({ length: 60 }, (_, index) => [
  `Country number ${index + 1}`,
  `${100 + index} EUR`,
  `${50 + index} EUR`,
]);

function html(): Block[] {
  const row = (cells: readonly string[], name: string) =>
    `<tr>${cells.map((cell) => `<${name}>${cell}</${name}>`).join('')}</tr>`;
  return readHtml(
    `<h2>Rates</h2><table>${row(HEAD, 'th')}${ROWS.map((cells) => row(cells, 'td')).join('')}</table>`,
  ).blocks;
}

async function docx(): Promise<Block[]> {
  const cell = (text: string) => `<w:tc><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:tc>`;
  const row = (cells: readonly string[]) => `<w:tr>${cells.map(cell).join('')}</w:tr>`;
  return (await readDocx(docxWith(`<w:tbl><w:tblPr/>${[HEAD, ...ROWS].map(row).join('')}</w:tbl>`))).blocks;
}

/** 60 rows do not fit one page; the head is on the first alone. */
async function pdf(): Promise<Block[]> {
  const lines = [HEAD, ...ROWS];
  const file = await pdfWith((document) => {
    for (const [index, cells] of lines.entries()) {
      if (index === 40) document.addPage();
      const y = 60 + 17 * (index % 40);
      for (const [column, text] of cells.entries())
        document.text(text, 60 + 150 * column, y, { lineBreak: false });
    }
  });
  return (await readPdf(file)).blocks;
}

test.each([
  ['HTML', html],
  ['Word', docx],
  ['PDF, on two pages', pdf],
])('every row of a long table is in a passage with its head: %s', async (_format, read) => {
  const passages = passagesOf(await read());
  expect(passages.length).toBeGreaterThan(2);
  for (const cells of ROWS) {
    const passage = passages.find(({ text }) => text.split('\n').includes(cells.join(' | ')));
    expect(passage?.text, cells[0]).toContain(HEAD.join(' | '));
  }
});
