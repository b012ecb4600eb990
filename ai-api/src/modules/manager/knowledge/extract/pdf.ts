import { extractText, getDocumentProxy, getMeta } from 'unpdf';
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
  const blocks = text.flatMap((page, index) => blocksOf(page, index + 1));
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

/** Short lines without a full stop that begin with a number or are all capitals are headings. */
const HEADING = /^(\d+(\.\d+)*\.?\s+\S.{0,78}|[\p{Lu}\d][\p{Lu}\d\s,&-]{3,78})$/u;

function blocksOf(page: string, number: number): Block[] {
  let heading: string[] = [];
  const blocks: Block[] = [];
  for (const paragraph of page.split(/\n\s*\n|(?<=[.:;?!])\s*\n/)) {
    const lines = paragraph.split('\n').map(clean);
    const [first = ''] = lines;
    if (lines.length > 1 && HEADING.test(first) && !/[.;:]$/.test(first)) {
      heading = [first];
      lines.shift();
    }
    const text = clean(lines.join(' '));
    if (text !== '') blocks.push({ heading, page: number, text });
  }
  return blocks;
}
