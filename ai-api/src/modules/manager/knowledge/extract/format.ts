import { CONTENT_TYPES } from '../contract.ts';
import { UnreadableFile } from './block.ts';

/** Formats that are read. */
export type ContentType = (typeof CONTENT_TYPES)[number];

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const EXTENSIONS: Readonly<Record<string, ContentType>> = {
  pdf: 'application/pdf',
  docx: WORD,
  md: 'text/markdown',
  markdown: 'text/markdown',
  mdown: 'text/markdown',
  mkd: 'text/markdown',
  html: 'text/html',
  htm: 'text/html',
  xhtml: 'text/html',
  json: 'application/json',
  txt: 'text/plain',
  text: 'text/plain',
};
/** First bytes of a compound file: what Office writes when a document is encrypted, and wrote before 2007. */
const COMPOUND_FILE = 'd0cf11e0a1b11ae1';
/** Bytes within which a PDF and a page of HTML say what they are. */
const HEAD = 1024;

/**
 * What a file is: by its content, then by the extension of its name, then by what its sender says. Browsers and mail
 * programs do not know all types, and send what they know nothing of as another.
 */
export function contentTypeOf(body: Uint8Array, name: string, given: string | undefined): ContentType {
  const head = headOf(body);
  if (isPdf(head)) return 'application/pdf';
  if (isArchive(body) || isCompound(body)) return WORD;
  const named = EXTENSIONS[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''];
  const type = named ?? CONTENT_TYPES.find((known) => known === given);
  if (isPage(head) && (type === undefined || type.startsWith('text/'))) return 'text/html';
  return type ?? (/^\s*[[{]/.test(head) ? 'application/json' : 'text/plain');
}

/**
 * Refuses what is none of the formats that are read, by its name.
 * @throws {UnreadableFile}
 */
export function refuseOthers(body: Uint8Array): void {
  if (isCompound(body))
    throw new UnreadableFile(
      'It is encrypted, or of a Word older than 2007. Save it as .docx without a password.',
    );
  if (headOf(body).startsWith('{\\rtf')) throw new UnreadableFile('It is RTF. Save it as .docx or PDF.');
  if (!isArchive(body)) return;
  const names = Buffer.from(body).toString('latin1');
  const other = OTHER_ARCHIVES.find(([mark]) => names.includes(mark));
  if (other) throw new UnreadableFile(`It is ${other[1]}. Save it as PDF or .docx.`);
}

/** What archives are by names of files in them, which are not packed. */
const OTHER_ARCHIVES = [
  ['xl/workbook', 'a spreadsheet (.xlsx)'],
  ['ppt/presentation', 'a presentation (.pptx)'],
  ['mimetypeapplication/vnd.oasis', 'an OpenDocument file (.odt)'],
  ['mimetypeapplication/epub', 'an e-book (.epub)'],
  ['Index/Document.iwa', 'a Pages document'],
] as const;

const headOf = (body: Uint8Array) => Buffer.from(body.subarray(0, HEAD)).toString('latin1');
const isPdf = (head: string) => head.includes('%PDF-');
const isArchive = (body: Uint8Array) => body[0] === 0x50 && body[1] === 0x4b;
const isCompound = (body: Uint8Array) => Buffer.from(body.subarray(0, 8)).toString('hex') === COMPOUND_FILE;
const isPage = (head: string) =>
  /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html[\s>])/i.test(
    head,
  );

const MARKS = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
] as const;

/**
 * A text file: in the encoding that its first bytes or, in HTML, its head name, else in UTF-8. No other is guessed.
 * @throws {UnreadableFile} naming the line that is not UTF-8
 */
export function textIn(body: Uint8Array, contentType: ContentType): string {
  const marked = MARKS.find(([, mark]) => mark.every((byte, index) => body[index] === byte))?.[0];
  const declared = contentType === 'text/html' ? charsetIn(headOf(body)) : undefined;
  const text = decoded(body, marked ?? 'utf-8') ?? (declared === undefined ? null : decoded(body, declared));
  if (text === null || text.includes('\0'))
    throw new UnreadableFile(
      `It is not text in UTF-8${placeOf(body)}. Save it as UTF-8: it may be in the encoding of an older program.`,
    );
  return text;
}

function decoded(body: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

const charsetIn = (head: string) => /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1];

/** Where UTF-8 ends: ` (line 3)`. */
function placeOf(body: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(body);
  const at = text.indexOf('\ufffd');
  return at < 0 ? '' : ` (line ${text.slice(0, at).split('\n').length})`;
}
