import { buffer } from 'node:stream/consumers';
import { zipSync } from 'fflate';
import PDFDocument from 'pdfkit';

/** A PDF with one text a page. */
export async function pdfOf(
  pages: readonly string[],
  options: PDFKit.PDFDocumentOptions = {},
): Promise<Buffer> {
  const document = new PDFDocument({ ...options, autoFirstPage: false });
  for (const text of pages) document.addPage().fontSize(12).text(text);
  document.end();
  return buffer(document);
}

/** A PDF of one A4 page that `draw` fills; it may add more. */
export async function pdfWith(
  draw: (document: PDFKit.PDFDocument) => void,
  options: PDFKit.PDFDocumentOptions = {},
): Promise<Buffer> {
  const document = new PDFDocument({ size: 'A4', margin: 20, ...options });
  draw(document.fontSize(11));
  document.end();
  return buffer(document);
}

/** A PDF of objects as they are written, the first of them its catalogue. */
export function rawPdf(objects: readonly string[]): Buffer {
  let text = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${rows}`;
  return Buffer.from(
    `${text}${table}trailer<</Size ${size}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF`,
    'latin1',
  );
}

/** A PDF of some kilobytes whose page unpacks to so many megabytes. */
export async function swellingPdf(megabytes: number): Promise<Buffer> {
  const document = new PDFDocument();
  const piece = ' '.repeat(1024 * 1024);
  for (let count = 0; count < megabytes; count++) document.addContent(piece);
  document.end();
  return buffer(document);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A Word document of headings (`# …`) and paragraphs. */
export function docxOf(lines: readonly string[]): Buffer {
  const paragraphs = lines.map((line) => {
    const [, hashes, heading] = /^(#+) (.*)$/.exec(line) ?? [];
    const style = hashes ? `<w:pPr><w:pStyle w:val="Heading${hashes.length}"/></w:pPr>` : '';
    return `<w:p>${style}<w:r><w:t>${escaped(heading ?? line)}</w:t></w:r></w:p>`;
  });
  return docxWith(paragraphs.join(''));
}

const W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/**
 * A Word document with a body of WordprocessingML.
 * @param parts content of others, such as `styles` or `header1`; the body refers to them by these names
 */
export function docxWith(body: string, parts: Readonly<Record<string, string>> = {}): Buffer {
  const part = (content: string, root: string) =>
    `${XML}<w:${root} xmlns:w="${W}" xmlns:r="${RELATIONS}">${content}</w:${root}>`;
  const typeOf = (name: string) => name.replace(/\d+$/, '');
  const rootOf = (name: string) => ({ header: 'hdr', footer: 'ftr' })[typeOf(name)] ?? typeOf(name);
  const relations = Object.keys(parts).map(
    (name) => `<Relationship Id="${name}" Type="${RELATIONS}/${typeOf(name)}" Target="${name}.xml"/>`,
  );
  const files = {
    '[Content_Types].xml': `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    '_rels/.rels': `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/_rels/document.xml.rels': `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relations.join('')}</Relationships>`,
    'word/document.xml': part(`<w:body>${body}</w:body>`, 'document'),
    ...Object.fromEntries(
      Object.entries(parts).map(([name, content]) => [`word/${name}.xml`, part(content, rootOf(name))]),
    ),
  };
  return Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))),
  );
}
