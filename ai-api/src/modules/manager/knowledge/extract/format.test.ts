import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { contentTypeOf, refuseOthers, textIn } from './format.ts';

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const bytes = (text: string) => Buffer.from(text);

test.each([
  ['a PDF that is called text', bytes('%PDF-1.7 …'), 'rules.txt', 'text/plain', 'application/pdf'],
  ['a Word document of unknown type', bytes('PK\u0003\u0004'), 'rules', 'application/octet-stream', WORD],
  ['Markdown by its name', bytes('# Rules'), 'rules.md', 'text/plain', 'text/markdown'],
  ['Markdown by a longer name', bytes('# Rules'), 'RULES.Markdown', undefined, 'text/markdown'],
  ['Markdown by another type', bytes('# Rules'), 'rules', 'text/x-markdown', 'text/plain'],
  ['a page that is called text', bytes('\n<!DOCTYPE html><p>'), 'rules', 'text/plain', 'text/html'],
  ['a page by its name', bytes('<p>Rules'), 'rules.htm', 'application/octet-stream', 'text/html'],
  ['JSON without a name', bytes(' {"a": 1}'), 'rules', undefined, 'application/json'],
  ['text by default', bytes('Rules'), 'rules', undefined, 'text/plain'],
  ['what its sender says', bytes('Rules'), 'rules', 'text/markdown', 'text/markdown'],
] as const)('%s is recognised by content, name and type', (_what, body, name, given, type) => {
  expect(contentTypeOf(body, name, given)).toBe(type);
});

test.each([
  ['a spreadsheet', Buffer.from(zipSync({ 'xl/workbook.xml': strToU8('x') })), 'a spreadsheet (.xlsx)'],
  [
    'a presentation',
    Buffer.from(zipSync({ 'ppt/presentation.xml': strToU8('x') })),
    'a presentation (.pptx)',
  ],
  [
    'OpenDocument',
    Buffer.from(zipSync({ mimetype: [strToU8('application/vnd.oasis.opendocument.text'), { level: 0 }] })),
    'OpenDocument',
  ],
  ['RTF', bytes('{\\rtf1 Rules}'), 'RTF'],
  ['an old Word document', Buffer.from('d0cf11e0a1b11ae100', 'hex'), 'older than 2007'],
])('%s is refused by its name', (_what, body, words) => {
  expect(() => refuseOthers(body)).toThrow(words);
});

test('a Word document with a spreadsheet in it is a Word document', () => {
  const spreadsheet = zipSync({ 'xl/workbook.xml': strToU8('x') });
  const embedding: [Uint8Array, { level: 0 }] = [spreadsheet, { level: 0 }];
  const body = zipSync({
    'word/document.xml': strToU8('x'),
    'word/embeddings/Microsoft_Excel_Worksheet.xlsx': embedding,
  });
  expect(() => refuseOthers(body)).not.toThrow();
});

test('text is read in the encoding that it names, and no other is guessed', () => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Jörg', 'utf16le')]);
  expect(textIn(utf16, 'text/markdown')).toBe('Jörg');
  expect(textIn(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes('Jörg')]), 'text/plain')).toBe('Jörg');
  const page = Buffer.from('<meta charset="windows-1252"><p>Jörg', 'latin1');
  expect(textIn(page, 'text/html')).toContain('Jörg');
  const signs = Buffer.from('<meta charset="iso-8859-1"><p>\x93J\xf6rg\x94', 'latin1');
  expect(textIn(signs, 'text/html')).toContain('“Jörg”');
  expect(() => textIn(Buffer.from('One\nJörg', 'latin1'), 'text/plain')).toThrow(
    'It is not UTF-8: byte 0xF6 on line 2; it seems to be Windows-1252. Save it as UTF-8',
  );
  expect(() => textIn(Buffer.from([0x41, 0, 0x42, 0]), 'text/plain')).toThrow(
    'It is not UTF-8: it has NUL bytes',
  );
});
