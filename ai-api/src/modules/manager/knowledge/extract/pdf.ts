import { getDocumentProxy, getMeta } from 'unpdf';
import { staticWords } from '../../../../models/embeddings/static-words.ts';
import { type Block, clean, createBlocks, type Extracted, UnreadableFile } from './block.ts';
import { partsOf } from './pdf/columns.ts';
import { fontsIn } from './pdf/fonts.ts';
import { joinedLines, type Words, wordsIn } from './pdf/hyphens.ts';
import { linesOf } from './pdf/lines.ts';
import { type PageLines, withoutRepeated } from './pdf/margins.ts';
import { type PageRead, pagesOf } from './pdf/page.ts';
import { addParts, bodySize, headingSizes } from './pdf/text.ts';
import { createUnread, type UnreadNotes } from './unread.ts';

const MAX_PAGES = 2000;
/** Its warnings would appear between the lines of our log. */
const ERRORS_ONLY = 0;
/** Pixels: pictures are not unpacked, since text in them is not read. */
const NO_PICTURES = 1;
/** Share of a page that a picture covers to be named, and to make it a scan if it has few words. */
const MIN_PICTURE = 0.15;
const SCAN = 0.5;
const MAX_SCAN_WORDS = 20;

type Document = Awaited<ReturnType<typeof getDocumentProxy>>;

/**
 * Reads the text of a PDF page by page, as it is seen: columns one after the other, tables by rows. Pictures of text
 * are not read; pages that have nothing else are noted.
 */
export async function readPdf(body: Uint8Array): Promise<Extracted> {
  const document = await open(body);
  if (document.numPages > MAX_PAGES) {
    throw new UnreadableFile(`It has ${document.numPages} pages; at most ${MAX_PAGES} are read.`);
  }
  const unread = createUnread();
  const pages: PageRead[] = [];
  for await (const page of pagesOf(document)) pages.push(page);
  const { info } = await getMeta(document).catch(() => ({ info: {} as Record<string, unknown> }));
  if (info.IsXFAPresent) noteForm(pages, unread);
  for (const name of await attachmentsOf(document)) unread.add('embedded', name);
  const { pages: lines, repeated } = withoutRepeated(readableLines(pages, unread));
  note(pages, lines, unread);
  const blocks = await blocksOf(pages, lines, repeated);
  if (blocks.length === 0) throw new UnreadableFile(reasonFor(unread));
  const title = typeof info.Title === 'string' ? clean(info.Title) : '';
  return {
    title: isPlausible(title) ? title : firstLine(lines),
    pages: document.numPages,
    blocks,
    unread: unread.list(),
  };
}

async function open(body: Uint8Array): Promise<Document> {
  try {
    return await getDocumentProxy(new Uint8Array(body), {
      verbosity: ERRORS_ONLY,
      maxImageSize: NO_PICTURES,
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') {
      throw new UnreadableFile('It is encrypted. Save it without a password.', error);
    }
    throw new UnreadableFile('It is not a readable PDF.', error);
  }
}

/** A program that does not know XFA shows this page in place of the form. */
function noteForm(pages: readonly PageRead[], unread: UnreadNotes): void {
  const text = pages.flatMap(({ items }) => items.map(({ str }) => str)).join(' ');
  if (
    /please wait|not eventually replaced|adobe (acrobat )?reader|does not support/i.test(text) &&
    text.length < 3000
  )
    throw new UnreadableFile('It is an XFA form, which is not read. Print it to PDF and upload that.');
  unread.add('form');
}

async function attachmentsOf(document: Document): Promise<string[]> {
  const attachments = (await document.getAttachments()) as unknown;
  const entries = attachments instanceof Map ? [...attachments] : Object.entries(attachments ?? {});
  return entries.map(([name, value]) => (value as { filename?: string })?.filename ?? String(name));
}

/** Lines of the pages without text in fonts that cannot be read; signs of fonts that only draw such are bullets. */
function readableLines(pages: readonly PageRead[], unread: UnreadNotes): PageLines[] {
  const { unreadable, signs } = fontsIn(pages.flatMap(({ items }) => items));
  return pages.map(({ items, viewport, width, height }, index) => {
    const read = items.filter(({ fontName }) => !unreadable.has(fontName));
    if (read.length < items.length) unread.add('unreadable font', index + 1);
    const shown = read.map((item) => ({
      ...item,
      str: (signs.has(item.fontName) ? item.str.replaceAll(/\S/gu, '•') : item.str).replaceAll(
        /[\ufb00-\ufb06]/g,
        (ligature) => ligature.normalize('NFKC'),
      ),
    }));
    return { lines: linesOf(shown, viewport), width, height };
  });
}

function note(pages: readonly PageRead[], lines: readonly PageLines[], unread: UnreadNotes): void {
  for (const [index, page] of pages.entries()) {
    const number = index + 1;
    const words = (lines[index]?.lines ?? [])
      .flatMap(({ segments }) => segments.map(({ text }) => text))
      .join(' ')
      .split(/\s+/)
      .filter((word) => /\p{L}|\d/u.test(word)).length;
    const isScan = page.pictures > SCAN && words < MAX_SCAN_WORDS;
    const isEmpty = words === 0 && (page.isPainted || page.pictures > 0) && page.typed.length === 0;
    if (isScan || isEmpty) unread.add('no text', number);
    else if (page.pictures > MIN_PICTURE) unread.add('picture', number);
    if (page.hasHidden) unread.add('hidden', number);
    for (let comment = 0; comment < page.comments; comment++) unread.add('comment', number);
    for (const file of page.files) unread.add('embedded', file);
  }
}

function reasonFor(unread: UnreadNotes): string {
  if (unread.list().some(({ reason }) => reason === 'unreadable font'))
    return 'Its fonts do not say which letters they show. Save it anew, or run OCR over it.';
  return 'It has no text: a scan has to be made readable (OCR) first.';
}

async function blocksOf(
  pages: readonly PageRead[],
  lines: readonly PageLines[],
  repeated: ReadonlyMap<number, string[]>,
): Promise<Block[]> {
  const all = lines.flatMap((page) => page.lines);
  const words = await knownWords(all.flatMap(({ segments }) => segments.map(({ text }) => text)));
  const sizes = headingSizes(all, bodySize(all));
  const blocks = createBlocks();
  for (const [index, page] of lines.entries()) {
    for (const text of repeated.get(index) ?? []) blocks.add(text, index + 1);
    addParts(blocks, partsOf(page.lines), index + 1, sizes, words);
    for (const text of pages[index]?.typed ?? []) blocks.add(text, index + 1);
  }
  return acrossPages(blocks.end(), words);
}

/** English words, where a line breaks one, and those of the document. */
async function knownWords(texts: readonly string[]): Promise<Words> {
  const own = wordsIn(texts.filter((text) => !/[-‐]$/.test(text)).join('\n'));
  const isInDocument = (word: string) => own.has(word);
  if (!texts.some((text) => /\p{L}[-‐]$/u.test(text))) return { isWord: () => false, isInDocument };
  const { places } = await staticWords();
  return { isWord: (word) => places.has(word), isInDocument };
}

const MAX_CARRIED = 600;

/** A sentence that goes on on the next page is read whole, on the page where it begins. */
function acrossPages(blocks: readonly Block[], words: Words): Block[] {
  const read: Block[] = [];
  for (const block of blocks) {
    const last = read.at(-1);
    const isNext = last && last.page !== null && block.page === last.page + 1 && !block.head && !last.head;
    if (!isNext || /[.:;?!]["”’)]?$/.test(last.text) || !/^\p{Ll}/u.test(block.text)) {
      read.push(block);
      continue;
    }
    const end = /^[^.?!;]*[.?!;](?=\s|$)/u.exec(block.text.slice(0, MAX_CARRIED))?.[0];
    const carried =
      end ?? (block.text.length <= MAX_CARRIED ? block.text : (/^\S+/.exec(block.text)?.[0] ?? ''));
    last.text = joinedLines([last.text, carried], words);
    const rest = clean(block.text.slice(carried.length));
    if (rest !== '') read.push({ ...block, text: rest });
  }
  return read;
}

/** What programs write when their user gave no title: an address, their own name, the name of the file. */
const NO_TITLE =
  /^(about:|https?:|file:|microsoft |untitled|document ?\d*$)|\.(docx?|xlsx?|pptx?|pdf|indd|html?|odt)$/i;

function isPlausible(title: string): boolean {
  return title.length > 2 && !NO_TITLE.test(title);
}

const MAX_TITLE = 80;
const MAX_TITLE_WORDS = 10;

/** The first line of the first page, where it reads like a title and not like a sentence. */
function firstLine([page]: readonly PageLines[]): string | null {
  const largest = Math.max(0, ...(page?.lines.slice(0, 8).map(({ size }) => size) ?? []));
  const line = page?.lines.find(({ size }) => size > 0.95 * largest);
  const text = line?.segments.length === 1 ? clean(line.segments[0]?.text ?? '') : '';
  const isShort = text.length <= MAX_TITLE && text.split(' ').length <= MAX_TITLE_WORDS;
  return text.length > 2 && isShort && !/[.,;:]$/.test(text) ? text : null;
}
