import { expect, test } from 'vitest';
import { rawPdf } from '../../../../../test/files.ts';
import type { Extracted } from './block.ts';
import { readPdf } from './pdf.ts';

const texts = ({ blocks }: Extracted) => blocks.map(({ text }) => text);
const notes = ({ unread }: Extracted) => unread.map(({ reason, pages }) => [reason, ...pages]);

const stream = (text: string, entries = '') =>
  `<<${entries}/Length ${text.length}>>stream\n${text}\nendstream`;
const show = (text: string, y: number, font = 'F1') => `BT /${font} 11 Tf 72 ${y} Td (${text}) Tj ET`;
/** A document of one page, whose further objects begin at 6. */
const onePage = (
  content: string,
  { catalogue = '', resources = '', page = '', objects = [] as string[] } = {},
) =>
  rawPdf([
    `<</Type/Catalog/Pages 2 0 R${catalogue}>>`,
    '<</Type/Pages/Count 1/Kids[4 0 R]>>',
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${page}/Resources<</Font<</F1 3 0 R/F2 6 0 R>>${resources}>>/Contents 5 0 R>>`,
    stream(content),
    ...objects,
  ]);

test('a form of XFA fails and says so, and beside text its fields are noted', async () => {
  const xfa = { catalogue: '/AcroForm<</Fields[]/XFA 6 0 R>>', objects: [stream('<xdp/>')] };
  const waiting = onePage(show('Please wait... If this message is not eventually replaced', 700), xfa);
  await expect(readPdf(waiting)).rejects.toThrow('XFA form');
  const found = await readPdf(onePage(show('Thirty days.', 700), xfa));
  expect(texts(found)).toEqual(['Thirty days.']);
  expect(notes(found)).toEqual([['form']]);
});

test('layers that are switched off are hidden', async () => {
  const found = await readPdf(
    onePage(`${show('Thirty days.', 700)} /OC /MC0 BDC ${show('Forty days.', 600)} EMC`, {
      catalogue: '/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>',
      resources: '/Properties<</MC0 6 0 R>>',
      objects: ['<</Type/OCG/Name(Draft)>>'],
    }),
  );
  expect(texts(found)).toEqual(['Thirty days.']);
  expect(notes(found)).toEqual([['hidden', 1]]);
});

test('invisible words within a line go, and the rest of the line stays', async () => {
  const line = 'BT /F1 11 Tf 72 700 Td (Paid up to ) Tj 3 Tr (9000 EUR or ) Tj 0 Tr (250 EUR.) Tj ET';
  expect(texts(await readPdf(onePage(line)))).toEqual(['Paid up to 250 EUR.']);
});

test('text in a font that does not say its letters is noted, and the rest is read', async () => {
  const map =
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <20> <7E> <E020> endbfrange endcmap end end';
  const font = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 7 0 R>>';
  const content = `${show('Thirty days.', 700)} ${show('Overtime needs consent.', 600, 'F2')}`;
  const found = await readPdf(onePage(content, { objects: [font, stream(map)] }));
  expect(texts(found)).toEqual(['Thirty days.']);
  expect(notes(found)).toEqual([['unreadable font', 1]]);
});

test('a page that is turned is read as it is shown', async () => {
  const content =
    'BT /F1 11 Tf 0 1 -1 0 100 72 Tm (Travel is booked) Tj ET BT /F1 11 Tf 0 1 -1 0 115 72 Tm (by the office.) Tj ET';
  expect(texts(await readPdf(onePage(content, { page: '/Rotate 90' })))).toEqual([
    'Travel is booked by the office.',
  ]);
});
