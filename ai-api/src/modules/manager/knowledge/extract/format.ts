import { unzipSync } from 'fflate';
import { decodeText, UndecodableText } from '../../../../platform/text/decode.ts';
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
  if (!isArchive(body) || namesIn(body).some((name) => name.startsWith('word/'))) return;
  const names = Buffer.from(body).toString('latin1');
  const other = OTHER_ARCHIVES.find(([mark]) => names.includes(mark));
  if (other) throw new UnreadableFile(`It is ${other[1]}. Save it as PDF or .docx.`);
}

/** The files of an archive, without those of archives in it, such as a spreadsheet that a document embeds. */
function namesIn(body: Uint8Array): string[] {
  const names: string[] = [];
  try {
    unzipSync(body, {
      filter: ({ name }) => {
        names.push(name);
        return false;
      },
    });
  } catch {
    // What cannot be opened is refused where it is read.
  }
  return names;
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

/**
 * A text file: in the encoding that its first bytes or, in HTML, its head name, else in UTF-8. No other is guessed.
 * @throws {UnreadableFile} naming the line that is not UTF-8
 */
export function textIn(body: Uint8Array, contentType: ContentType): string {
  const declared = contentType === 'text/html' ? charsetIn(headOf(body)) : undefined;
  try {
    const text = decodeText(body, declared);
    if (!text.includes('\0')) return text;
    throw new UndecodableText('is not text: it has NUL characters.');
  } catch (error) {
    if (!(error instanceof UndecodableText)) throw error;
    throw new UnreadableFile(`It ${error.message} Save it as UTF-8 and upload it again.`);
  }
}

const charsetIn = (head: string) => /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1];
