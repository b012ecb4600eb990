import { expect, test } from 'vitest';
import { pdfOf, pdfWith } from '../../../../../test/files.ts';
import type { Extracted } from './block.ts';
import { readPdf } from './pdf.ts';

type Document = PDFKit.PDFDocument;

const texts = ({ blocks }: Extracted) => blocks.map(({ text }) => text);
const notes = ({ unread }: Extracted) => unread.map(({ reason, pages }) => [reason, ...pages]);
const put = (document: Document, text: string, x: number, y: number) =>
  document.text(text, x, y, { lineBreak: false });
/** Texts on one height each, by the places of their columns. */
const rows = (
  document: Document,
  columns: readonly number[],
  lines: readonly string[][],
  y = 140,
  step = 22,
) => {
  for (const [index, cells] of lines.entries())
    for (const [column, cell] of cells.entries())
      for (const [line, text] of cell.split('\n').entries())
        if (text !== '') put(document, text, columns[column] ?? 0, y + index * step + line * 13);
};
const read = async (draw: (document: Document) => void, options?: PDFKit.PDFDocumentOptions) =>
  readPdf(await pdfWith(draw, options));

test.each<[string, (document: Document) => void, string[]]>([
  [
    'rows',
    (document) =>
      rows(
        document,
        [72, 200, 300],
        [
          ['Country', 'Full day', 'Half day'],
          ['Norway', '75 EUR', '50 EUR'],
          ['Poland', '40 EUR', '27 EUR'],
        ],
      ),
    ['Country | Full day | Half day', 'Norway | 75 EUR | 50 EUR', 'Poland | 40 EUR | 27 EUR'],
  ],
  [
    'cells of several lines',
    (document) =>
      rows(
        document,
        [72, 200, 340],
        [
          ['System', 'Data', 'Kept'],
          ['Case product', 'Customer data of all\nkinds', 'Up to 60 days after\ncontract termination'],
          ['Mail', 'Letters', 'Six years'],
        ],
        140,
        35,
      ),
    [
      'System | Data | Kept',
      'Case product | Customer data of all kinds | Up to 60 days after contract termination',
      'Mail | Letters | Six years',
    ],
  ],
  [
    'cells that are merged downwards',
    (document) =>
      rows(
        document,
        [72, 200, 300],
        [
          ['Norway', 'Full day', '75 EUR'],
          ['', 'Half day', '50 EUR'],
          ['Poland', 'Full day', '40 EUR'],
          ['', 'Half day', '27 EUR'],
        ],
      ),
    [
      'Norway | Full day | 75 EUR',
      'Norway | Half day | 50 EUR',
      'Poland | Full day | 40 EUR',
      'Poland | Half day | 27 EUR',
    ],
  ],
  [
    'cells that are merged across',
    (document) => {
      rows(document, [72, 260], [['Country', 'Rate']], 100);
      rows(
        document,
        [72, 200, 300],
        [
          ['', 'Full day', 'Half day'],
          ['Norway', '75 EUR', '50 EUR'],
          ['Poland', '40 EUR', '27 EUR'],
        ],
        122,
      );
    },
    [
      'Country | Rate | Rate',
      'Country | Full day | Half day',
      'Norway | 75 EUR | 50 EUR',
      'Poland | 40 EUR | 27 EUR',
    ],
  ],
  [
    'columns that blanks keep apart',
    (document) =>
      document.font('Courier').text('Country     Rate\nNorway      75 EUR\nPoland      40 EUR', 72, 140),
    ['Country | Rate', 'Norway | 75 EUR', 'Poland | 40 EUR'],
  ],
])('tables keep %s, and text around them is no row', async (_what, draw, expected) => {
  const found = await read((document) => {
    put(document, 'Rates are as follows.', 72, 72);
    draw(document);
    put(document, 'See annex two.', 72, 400);
  });
  expect(texts(found)).toEqual(['Rates are as follows.', ...expected, 'See annex two.']);
});

const LEFT = [
  'Employees may carry over',
  'five days of leave until the',
  'end of March. Longer periods',
  'need consent of the lead.',
];
const RIGHT = [
  'Contractors may not take',
  'paid leave, and invoice the',
  'hours worked only. Travel',
  'is paid by the hour.',
];

test.each([
  ['line by line', 0, true],
  ['on other heights', 4, true],
  ['one after the other', 0, false],
  ['one after the other on other heights', 7, false],
])('columns that the file holds %s are read one after the other', async (_how, offset, isByLine) => {
  const found = await read((document) => {
    put(document.fontSize(18), 'Leave of all', 72, 60);
    document.fontSize(11);
    const left = (index: number) => put(document, LEFT[index] ?? '', 72, 110 + index * 15);
    const right = (index: number) => put(document, RIGHT[index] ?? '', 320, 110 + offset + index * 15);
    for (const index of LEFT.keys()) {
      left(index);
      if (isByLine) right(index);
    }
    if (!isByLine) for (const index of RIGHT.keys()) right(index);
    put(document, 'This closing sentence runs over the whole width of the page below both.', 72, 220);
  });
  expect(texts(found)).toEqual([
    'Employees may carry over five days of leave until the end of March. Longer periods need consent of the lead.',
    'Contractors may not take paid leave, and invoice the hours worked only. Travel is paid by the hour.',
    'This closing sentence runs over the whole width of the page below both.',
  ]);
  expect(found.blocks[0]?.heading).toEqual(['Leave of all']);
});

test('justified text is no table, and numbers of items stay before them', async () => {
  const sentence =
    'Employees who travel for the company book economy class for flights under six hours and business class with written consent of the board only. ';
  const justified = await read((document) =>
    document.text(sentence.repeat(3), 72, 100, { width: 230, align: 'justify' }),
  );
  expect(texts(justified).join(' ')).toBe(sentence.repeat(3).trim());
  const list = await read((document) =>
    rows(
      document,
      [72, 95],
      [
        ['1.', 'Call before ten.'],
        ['2.', 'Send a note.'],
        ['•', 'Keep receipts.'],
      ],
      140,
      16,
    ),
  );
  expect(texts(list)).toEqual(['1. Call before ten.', '2. Send a note.', '• Keep receipts.']);
});

test('headers and footers are read once, numbers of pages not at all, and sentences go on over pages', async () => {
  const bodies = [
    'Hotels are paid up to 140 EUR a night unless the',
    'city is in the annex. Breakfast is not included.',
    'Taxis are paid where they are cheaper than the reim-',
    'bursement of a car.',
  ];
  const found = await read(
    (document) => {
      for (const [index, body] of bodies.entries()) {
        if (index > 0) document.addPage();
        put(document.fontSize(9), 'Travel policy, in force from 1 May 2026', 72, 30);
        put(document, `Page ${index + 1} of 4`, 480, 30);
        put(document.fontSize(11), body, 72, 200);
        put(document.fontSize(9), 'Confidential', 72, 790);
        put(document, `${index + 1}`, 500, 790);
      }
    },
    { margin: 20 },
  );
  expect(found.blocks.map(({ page, text }) => [page, text])).toEqual([
    [1, 'Travel policy, in force from 1 May 2026'],
    [1, 'Confidential'],
    [1, 'Hotels are paid up to 140 EUR a night unless the city is in the annex.'],
    [2, 'Breakfast is not included.'],
    [3, 'Taxis are paid where they are cheaper than the reimbursement of a car.'],
  ]);
});

test('the head of a table that goes on is kept on the next page', async () => {
  const table = (document: Document, country: string) =>
    rows(
      document,
      [72, 200],
      [
        ['Country', 'Rate'],
        [country, '75 EUR'],
        [`${country} city`, '80 EUR'],
      ],
      60,
    );
  const found = await read((document) => {
    table(document, 'Norway');
    document.addPage();
    table(document, 'Poland');
  });
  expect(found.blocks.map(({ page, text }) => [page, text])).toContainEqual([2, 'Country | Rate']);
});

test('headings are recognised by their size, and one without text below it is text', async () => {
  const found = await read((document) => {
    document
      .fontSize(20)
      .text('Leave policy')
      .fontSize(14)
      .text('Carry-over')
      .fontSize(11)
      .text('Five days of leave may be carried over.');
    document
      .fontSize(14)
      .text('Illness')
      .fontSize(11)
      .text('Call your lead before ten in the morning.')
      .fontSize(14)
      .text('In force from 1 May');
  });
  expect(found.title).toBe('Leave policy');
  expect(found.blocks.map(({ heading, text }) => [...heading, text])).toEqual([
    ['Leave policy', 'Carry-over', 'Five days of leave may be carried over.'],
    ['Leave policy', 'Illness', 'Call your lead before ten in the morning.'],
    ['Leave policy', 'In force from 1 May'],
  ]);
});

test.each<[string, (document: Document) => void]>([
  ['white', (document) => document.fillColor('white').text('secret words', 72, 200)],
  ['transparent', (document) => document.fillOpacity(0).text('secret words', 72, 200)],
  ['of one point', (document) => document.fontSize(1).text('secret words', 72, 200)],
  ['beside the page', (document) => put(document, 'secret words', -500, 200)],
  ['under a bar', (document) => put(document, 'secret words', 72, 200).rect(60, 190, 300, 30).fill('black')],
  [
    'as dark as below it',
    (document) =>
      document.rect(60, 190, 300, 30).fill('#003366').fillColor('#003366').text('secret words', 72, 200),
  ],
])('text that is %s is not read, and noted with its page', async (_how, draw) => {
  const found = await read((document) => {
    put(document, 'Up to 250 EUR.', 72, 100);
    draw(document);
  });
  expect(texts(found)).toEqual(['Up to 250 EUR.']);
  expect(notes(found)).toEqual([['hidden', 1]]);
});

test('white text on a dark bar is read', async () => {
  const found = await read((document) =>
    document.rect(60, 90, 300, 30).fill('#003366').fillColor('white').text('Up to 250 EUR.', 72, 100),
  );
  expect(texts(found)).toEqual(['Up to 250 EUR.']);
  expect(found.unread).toEqual([]);
});

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGM4AAEMUAoAI5gD/QFjBvIAAAAASUVORK5CYII=',
  'base64',
);

test('what OCR has read on a scan is text; a scan without it and drawn letters are noted', async () => {
  const found = await read((document) => {
    document.image(PIXEL, 0, 0, { width: 595, height: 842 });
    document.addContent('3 Tr');
    put(document, 'Scanned rules for everybody who works at the company.', 72, 100);
    document.addContent('0 Tr');
    document.addPage().image(PIXEL, 0, 0, { width: 595, height: 842 });
    put(document, 'RECEIVED', 72, 60);
    document.addPage().path('M 100 100 L 200 200 L 100 200 Z').fill('black');
    document.addPage();
  });
  expect(texts(found)).toContainEqual('Scanned rules for everybody who works at the company.');
  expect(notes(found)).toEqual([['no text', 2, 3]]);
});

test('a large picture beside text is noted, and a small one is not', async () => {
  const found = await read((document) => {
    put(document, 'Rates are in the picture below, as agreed with the board of the company.', 72, 60);
    document.image(PIXEL, 72, 200, { width: 450, height: 300 });
    document.addPage().image(PIXEL, 72, 30, { width: 60, height: 40 });
    put(document, 'No picture here but a logo.', 72, 200);
  });
  expect(notes(found)).toEqual([['picture', 1]]);
});

test('what was typed on a page is read, comments and attached files are noted', async () => {
  const found = await read((document) => {
    put(document, 'Up to 250 EUR.', 72, 100);
    document.textAnnotation(72, 400, 200, 40, 'In force from May');
    document.note(72, 300, 50, 50, 'Draft: 900 EUR');
    document.file(Buffer.from('Annex'), { name: 'annex.txt' });
  });
  expect(texts(found)).toEqual(['Up to 250 EUR.', 'In force from May']);
  expect(found.unread).toMatchObject([
    { reason: 'embedded', places: ['annex.txt'] },
    { reason: 'comment', pages: [1] },
  ]);
});

test.each([
  ['that English has', ['The reim-', 'bursement is paid.'], 'The reimbursement is paid.'],
  ['of other languages', ['Die Arbeits-', 'zeitregelung gilt.'], 'Die Arbeitszeitregelung gilt.'],
  ['with a soft hyphen', ['The reim\u00ad', 'bursement is paid.'], 'The reimbursement is paid.'],
])('words %s are joined where a line breaks them', async (_which, lines, expected) => {
  expect(texts(await readPdf(await pdfOf([lines.join('\n')])))).toEqual([expected]);
});

test.each([
  ['long-', 'term plans.', 'long-term plans.'],
  ['pre- and post-', 'processing.', 'pre- and post-processing.'],
  ['Vor- und Nach-', 'und Mitarbeit.', 'Vor- und Nach- und Mitarbeit.'],
])('hyphens between words stay: %s', async (first, second, expected) => {
  expect(texts(await readPdf(await pdfOf([`${first}\n${second}`])))).toEqual([expected]);
});
