import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { staticWords } from '../../../../models/embeddings/static-words.ts';
import { type Block, clean, type Extracted, UnreadableFile } from './block.ts';

const MAX_PAGES = 2000;
/** Its warnings would appear between the lines of our log. */
const ERRORS_ONLY = 0;

/** Reads the text of a PDF page by page. Pictures of text are not read. */
export async function readPdf(body: Uint8Array): Promise<Extracted> {
  const document = await open(body);
  if (document.numPages > MAX_PAGES) {
    throw new UnreadableFile(`It has ${document.numPages} pages; at most ${MAX_PAGES} are read.`);
  }
  const { text } = await extractText(document, { mergePages: false });
  if (isWithoutLetters(text.join('')))
    throw new UnreadableFile(
      'Its fonts do not say which letters they show. Save it anew, or run OCR over it.',
    );
  const isWord = text.some((page) => BROKEN.test(page)) ? await knownWords() : () => false;
  const blocks = text.flatMap((page, index) => blocksOf(page, index + 1, isWord));
  if (blocks.length === 0)
    throw new UnreadableFile('It has no text: a scan has to be made readable (OCR) first.');
  const { info } = await getMeta(document).catch(() => ({ info: {} as Record<string, unknown> }));
  const title = typeof info.Title === 'string' ? clean(info.Title) : '';
  return { title: isPlausible(title) ? title : firstLine(text[0] ?? ''), pages: document.numPages, blocks };
}

/** What programs write when their user gave no title: an address, their own name, the name of the file. */
const NO_TITLE =
  /^(about:|https?:|file:|microsoft |untitled|document ?\d*$)|\.(docx?|xlsx?|pptx?|pdf|indd|html?|odt)$/i;

function isPlausible(title: string): boolean {
  return title.length > 2 && !NO_TITLE.test(title);
}

const MAX_TITLE = 80;

/** The first line of the first page, where it reads like a title and not like a sentence. */
function firstLine(page: string): string | null {
  const line = clean(page.trimStart().split('\n')[0] ?? '');
  return line.length > 2 && line.length <= MAX_TITLE && !/[.,;:]$/.test(line) ? line : null;
}

async function open(body: Uint8Array) {
  try {
    return await getDocumentProxy(new Uint8Array(body), { verbosity: ERRORS_ONLY });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') {
      throw new UnreadableFile('It is encrypted. Save it without a password.', error);
    }
    throw new UnreadableFile('It is not a readable PDF.', error);
  }
}

/** Characters of private use stand for whatever a font draws: many of them are no text. */
function isWithoutLetters(text: string): boolean {
  const shown = text.replaceAll(/\s/g, '');
  return (shown.match(/\p{Co}/gu) ?? []).length * 4 > shown.length;
}

/** Short lines without a full stop that begin with a number or are all capitals are headings. */
const HEADING = /^(\d+(\.\d+)*\.?\s+\S.{0,78}|[\p{Lu}\d][\p{Lu}\d\s,&-]{3,78})$/u;

function blocksOf(page: string, number: number, isWord: (word: string) => boolean): Block[] {
  let heading: string[] = [];
  const blocks: Block[] = [];
  for (const paragraph of page.split(/\n\s*\n|(?<=[.:;?!])\s*\n/)) {
    const lines = paragraph.split('\n').map(clean);
    const [first = ''] = lines;
    if (lines.length > 1 && HEADING.test(first) && !/[.;:]$/.test(first)) {
      heading = [first];
      lines.shift();
    }
    const text = clean(joined(lines, isWord));
    if (text !== '') blocks.push({ heading, page: number, text });
  }
  return blocks;
}

/** A line that ends in a hyphen, before one that goes on in small letters. */
const BROKEN = /\p{L}-[^\S\n]*\n\s*\p{Ll}/u;
/** After these a hyphen stands for a part that is left out, as in `pre- and post-processing`. */
const COUPLED = /^(and|or|to|und|oder|bis|sowie)\b/;

/** Lines as one text. A word that was broken is joined where it is a word then; other hyphens stay. */
function joined(lines: readonly string[], isWord: (word: string) => boolean): string {
  return lines.reduce((text, line) => {
    const start = /(\p{L}+)-$/u.exec(text)?.[1];
    const rest = /^\p{Ll}+/u.exec(line)?.[0];
    if (start === undefined || rest === undefined || COUPLED.test(line)) return `${text} ${line}`;
    return isWord(`${start}${rest}`.toLowerCase()) ? `${text.slice(0, -1)}${line}` : `${text}${line}`;
  });
}

async function knownWords(): Promise<(word: string) => boolean> {
  const { places } = await staticWords();
  return (word) => places.has(word);
}
