import { expect, test } from 'vitest';
import { docxWith } from '../../../../../test/files.ts';
import type { Extracted } from './block.ts';
import { readDocx } from './docx.ts';

const run = (text: string, properties = '') =>
  `<w:r>${properties && `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (content: string, properties = '') =>
  `<w:p>${properties && `<w:pPr>${properties}</w:pPr>`}${content}</w:p>`;
const styled = (style: string, text: string) => paragraph(run(text), `<w:pStyle w:val="${style}"/>`);
const numbered = (numId: number, level: number, text: string) =>
  paragraph(run(text), `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${numId}"/></w:numPr>`);
const cell = (text: string, properties = '') =>
  `<w:tc><w:tcPr>${properties}</w:tcPr>${paragraph(run(text))}</w:tc>`;
const row = (...cells: string[]) => `<w:tr>${cells.join('')}</w:tr>`;
const style = (id: string, name: string, content: string, basedOn = '') =>
  `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/>${basedOn && `<w:basedOn w:val="${basedOn}"/>`}${content}</w:style>`;
const level = (at: number, format: string, text: string, more = '') =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/>${more}<w:lvlText w:val="${text}"/></w:lvl>`;

const read = (body: string, parts?: Record<string, string>) => readDocx(docxWith(body, parts));
const texts = ({ blocks }: Extracted) => blocks.map(({ text }) => text);
const reasons = ({ unread }: Extracted) => unread.map(({ reason }) => reason);

test('headings are those of styles that are based on headings, and of outline levels', async () => {
  const styles = [
    style('H1', 'heading 1', '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
    style('Chapter', 'Kapitel', '', 'H1'),
    style('Section', 'heading 2', ''),
    style('T', 'Title', ''),
    style('Body', 'Note', '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>', 'H1'),
  ].join('');
  const body = [
    styled('T', 'Handbook'),
    styled('Chapter', 'Leave'),
    styled('Section', 'Carry-over'),
    paragraph(run('Five days.')),
    paragraph(run('Illness'), '<w:outlineLvl w:val="1"/>'),
    styled('Body', 'Call before ten.'),
  ].join('');
  const found = await read(body, { styles });
  expect(found.title).toBe('Handbook');
  expect(found.blocks.map(({ heading, text }) => [...heading, text])).toEqual([
    ['Handbook', 'Leave', 'Carry-over', 'Five days.'],
    ['Handbook', 'Leave', 'Illness', 'Call before ten.'],
  ]);
});

const NUMBERING = [
  `<w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1.')}${level(1, 'decimal', '%1.%2')}${level(2, 'lowerLetter', '(%3)')}</w:abstractNum>`,
  `<w:abstractNum w:abstractNumId="1">${level(0, 'upperRoman', 'Article %1')}${level(1, 'decimal', '%1.%2', '<w:isLgl/>')}</w:abstractNum>`,
  `<w:abstractNum w:abstractNumId="2">${level(0, 'bullet', '•')}</w:abstractNum>`,
  `<w:abstractNum w:abstractNumId="3">${level(0, 'decimal', '§ %1', '<w:pStyle w:val="Paragraph"/>')}</w:abstractNum>`,
  '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
  '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>',
  '<w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>',
  '<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>',
  '<w:num w:numId="5"><w:abstractNumId w:val="3"/></w:num>',
  '<w:num w:numId="6"><w:abstractNumId w:val="0"/></w:num>',
].join('');

test.each([
  [
    'levels, which begin again below the next of their parent',
    [
      numbered(1, 0, 'A'),
      numbered(1, 1, 'B'),
      numbered(1, 2, 'C'),
      numbered(1, 2, 'D'),
      numbered(1, 0, 'E'),
      numbered(1, 1, 'F'),
    ],
    ['1. A', '1.1 B', '(a) C', '(b) D', '2. E', '2.1 F'],
  ],
  [
    'lists that begin again, and those that go on',
    [numbered(1, 0, 'A'), numbered(1, 0, 'B'), numbered(2, 0, 'C'), numbered(6, 0, 'D')],
    ['1. A', '2. B', '1. C', '2. D'],
  ],
  [
    'Roman numbers, legal below',
    [numbered(3, 0, 'A'), numbered(3, 0, 'B'), numbered(3, 1, 'C')],
    ['Article I A', 'Article II B', '2.1 C'],
  ],
  ['bullets without one', [numbered(4, 0, 'A'), numbered(0, 0, 'B')], ['A', 'B']],
  ['styles', [styled('Paragraph', 'A'), styled('Paragraph', 'B')], ['§ 1 A', '§ 2 B']],
  [
    'no number for what is hidden',
    [
      numbered(1, 0, 'A'),
      paragraph(run('x', '<w:vanish/>'), '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'),
      numbered(1, 0, 'B'),
    ],
    ['1. A', '2. B'],
  ],
])('Word counts %s', async (_what, body, expected) => {
  const styles = style('Paragraph', 'Paragraph', '<w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr>');
  expect(texts(await read(body.join(''), { numbering: NUMBERING, styles }))).toEqual(expected);
});

test.each([
  [
    'that span columns and rows',
    [
      row(cell('Country'), cell('Rate', '<w:gridSpan w:val="2"/>')),
      row(cell('Norway', '<w:vMerge w:val="restart"/>'), cell('75'), cell('50')),
      row(cell('', '<w:vMerge/>'), cell('60'), cell('40')),
    ],
    ['Country | Rate | Rate', 'Norway | 75 | 50', 'Norway | 60 | 40'],
  ],
  [
    'merged across as old versions wrote it',
    [row(cell('A', '<w:hMerge w:val="restart"/>'), cell('', '<w:hMerge w:val="continue"/>'), cell('B'))],
    ['A | A | B'],
  ],
  [
    'that begin later',
    [row(cell('A'), cell('B')), `<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>${cell('C')}</w:tr>`],
    ['A | B', '| C'],
  ],
  [
    'with tables inside',
    [row(cell('UK'), `<w:tc><w:tbl>${row(cell('x'), cell('y'))}</w:tbl>${paragraph('')}</w:tc>`)],
    ['UK | x, y'],
  ],
  [
    'in a row that was deleted',
    [row(cell('A'), cell('B')), `<w:tr><w:trPr><w:del w:id="1"/></w:trPr>${cell('C')}${cell('D')}</w:tr>`],
    ['A | B'],
  ],
  [
    'alone in their table',
    [row(`<w:tc>${paragraph(run('One.'))}${paragraph(run('Two.'))}</w:tc>`)],
    ['One.', 'Two.'],
  ],
])('tables keep cells %s', async (_what, rows, expected) => {
  expect(texts(await read(`<w:tbl><w:tblPr/>${rows.join('')}</w:tbl>`))).toEqual(expected);
});

test('rows know the head of their table', async () => {
  const head = `<w:tr><w:trPr><w:tblHeader/></w:trPr>${cell('Country')}${cell('75')}</w:tr>`;
  const found = await read(`<w:tbl>${head}${row(cell('Norway'), cell('50'))}</w:tbl>`);
  expect(found.blocks.map(({ head }) => head)).toEqual([undefined, 'Country | 75']);
});

test.each([
  ['hidden', run('secret', '<w:vanish/>'), 'hidden'],
  ['of a hidden style', run('secret', '<w:rStyle w:val="Hidden"/>'), 'hidden'],
  ['white', run('secret', '<w:color w:val="FFFFFF"/>'), 'hidden'],
  ['nearly white', run('secret', '<w:color w:val="FDFDFD" w:themeColor="background1"/>'), 'hidden'],
  ['of one point', run('secret', '<w:sz w:val="2"/>'), 'hidden'],
  ['as dark as behind it', run('secret', '<w:color w:val="000000"/><w:shd w:fill="000000"/>'), 'hidden'],
  ['deleted', '<w:del w:id="1" w:author="a"><w:r><w:delText>secret</w:delText></w:r></w:del>', 'deleted'],
  ['moved away', `<w:moveFrom w:id="1">${run('secret')}</w:moveFrom>`, 'deleted'],
  ['struck out', run('secret', '<w:strike/>'), 'deleted'],
  ['struck out twice', run('secret', '<w:dstrike w:val="true"/>'), 'deleted'],
  ['a comment', '<w:r><w:commentReference w:id="1"/></w:r>', 'comment'],
])('text that is %s is not read, and noted with its heading', async (_how, content, reason) => {
  const styles = '<w:style w:type="character" w:styleId="Hidden"><w:rPr><w:vanish/></w:rPr></w:style>';
  const found = await read(`${styled('Heading1', 'Taxi')}${paragraph(run('Up to 60 EUR.') + content)}`, {
    styles: styles + style('Heading1', 'heading 1', ''),
  });
  expect(texts(found)).toEqual(['Up to 60 EUR.']);
  expect(found.unread).toMatchObject([{ reason, places: ['Taxi'] }]);
});

test.each([
  ['inserted', `<w:ins w:id="1">${run('Shown.')}</w:ins>`],
  ['shown in spite of its style', run('Shown.', '<w:vanish w:val="0"/>')],
  ['white on dark', run('Shown.', '<w:color w:val="FFFFFF"/><w:shd w:fill="1F3864"/>')],
  ['linked', `<w:hyperlink r:id="x">${run('Shown.')}</w:hyperlink>`],
  ['in a control', `<w:sdt><w:sdtPr/><w:sdtContent>${run('Shown.')}</w:sdtContent></w:sdt>`],
  [
    'the result of a field',
    `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${run('Shown.')}<w:r><w:fldChar w:fldCharType="end"/></w:r>`,
  ],
])('text that is %s is read', async (_how, content) => {
  const found = await read(paragraph(content));
  expect(texts(found)).toEqual(['Shown.']);
  expect(found.unread).toEqual([]);
});

test('text in a dark cell is read, and prompts of empty controls are not', async () => {
  const dark = cell('', '')
    .replace('<w:tcPr></w:tcPr>', '<w:tcPr><w:shd w:fill="002060"/></w:tcPr>')
    .replace('<w:r>', '<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr>')
    .replace('preserve"></w:t>', 'preserve">Country</w:t>');
  expect(texts(await read(`<w:tbl>${row(dark, cell('75'))}</w:tbl>`))).toEqual(['Country | 75']);
  const prompt = `<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>${run('Click here')}</w:sdtContent></w:sdt>`;
  expect(texts(await read(paragraph(run('Leave: ') + prompt)))).toEqual(['Leave:']);
});

test('page headers are read once, with the date that they say, and page numbers are not', async () => {
  const field =
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>7</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>';
  const section =
    '<w:sectPr><w:headerReference w:type="default" r:id="header1"/><w:headerReference w:type="first" r:id="header2"/><w:footerReference w:type="default" r:id="footer1"/></w:sectPr>';
  const found = await read(`${paragraph(run('Thirty days.'))}${section}`, {
    header1: paragraph(run('In force from 1 May 2026')),
    header2: paragraph(run('Not shown')),
    footer1: paragraph(run('Page ') + field),
  });
  expect(texts(found)).toEqual(['In force from 1 May 2026', 'Thirty days.']);
});

test('notes follow what points to them, and text boxes are read once', async () => {
  const reference = '<w:r><w:footnoteReference w:id="2"/></w:r>';
  const box = `<mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>${paragraph(run('In the box.'))}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>${paragraph(run('In the box.'))}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent>`;
  const found = await read(
    `${paragraph(run('Up to 14') + reference + run(' days.'))}${paragraph(`<w:r>${box}</w:r>`)}`,
    {
      footnotes: `<w:footnote w:type="separator" w:id="0">${paragraph(run('-'))}</w:footnote><w:footnote w:id="2">${paragraph(run('With consent.'))}</w:footnote>`,
    },
  );
  expect(texts(found)).toEqual(['Up to 14 [1] days.', '[1] With consent.', 'In the box.']);
});

test('the table of contents is not read twice, and large pictures are noted', async () => {
  const picture =
    '<w:r><w:drawing><wp:inline><wp:extent cx="4000000" cy="3000000"/><wp:docPr id="1" name="Picture 1" descr="Rates"/><a:graphic><a:blip r:embed="rId9"/></a:graphic></wp:inline></w:drawing></w:r>';
  const icon = picture.replace('4000000', '300000');
  const styles = style('TOC1', 'toc 1', '');
  const found = await read(`${styled('TOC1', 'Leave 3')}${paragraph(run('Rates:') + picture + icon)}`, {
    styles,
  });
  expect(texts(found)).toEqual(['Rates:']);
  expect(reasons(found)).toEqual(['surroundings', 'picture']);
});
