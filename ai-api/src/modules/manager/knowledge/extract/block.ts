import type { Unread } from './unread.ts';

/** A piece of a document between two headings: a paragraph, a list item, a row. */
export interface Block {
  /** Headings above it, outermost first. */
  heading: string[];
  /** Counts from 1; null where the format has no pages. */
  page: number | null;
  text: string;
  /** Of a row below the head of its table: that head, a line for each of its rows. */
  head?: string;
}

/** A document as it is read. */
export interface Extracted {
  /** Its own title, where it says one. */
  title: string | null;
  pages: number | null;
  blocks: Block[];
  /** What is in the file and was not read. */
  unread: Unread[];
}

/** The file cannot be read; the message says why, to the person who uploaded it. */
export class UnreadableFile extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UnreadableFile';
  }
}

/** A row of a table, cells from left to right. */
export interface Row {
  cells: string[];
  /** Names the columns of the rows below. */
  isHead: boolean;
}

/** Characters: what is longer is a paragraph that was formatted as a heading. */
const MAX_HEADING = 200;

interface Heading {
  level: number;
  text: string;
  page: number | null;
  /** Whether a block is below it: one that has none is a block itself, so that its text is not lost. */
  isUsed: boolean;
}

/** Where a table ends, or begins. */
interface TablePlace {
  page: number | null;
  columns: number;
  /** Blocks before this place. */
  at: number;
  /** Headings above it. */
  below: string[];
}

/** The head of a table that goes on at a place; empty when none does. */
function goesOnFrom(
  before: (TablePlace & { head: string }) | null,
  { page, columns, at, below }: TablePlace,
) {
  if (!before || before.page === null || page !== before.page + 1) return '';
  const isNext = before.at === at && before.columns === columns;
  return isNext && before.below.join('\n') === below.join('\n') ? before.head : '';
}

/** Takes a document in reading order, and keeps the headings above each block. */
export function createBlocks() {
  const path: Heading[] = [];
  const blocks: Block[] = [];
  const heading = () => path.map(({ text }) => text);
  let before: (TablePlace & { head: string }) | null = null;

  function add(text: string, page: number | null = null, head?: string): void {
    const cleaned = clean(text);
    if (cleaned === '') return;
    for (const one of path) one.isUsed = true;
    blocks.push({ heading: heading(), page, text: cleaned, ...(head ? { head } : {}) });
  }

  function leave(): void {
    const last = path.pop();
    if (last && !last.isUsed) add(last.text, last.page);
  }

  return {
    heading,
    add,

    /**
     * A heading; those of its level and below end. One without text is ignored, and one that is too long is also the first
     * block below it, so that nothing of it is lost.
     */
    enter: (level: number, text: string, page: number | null = null): void => {
      const cleaned = clean(text);
      if (cleaned === '') return;
      while ((path.at(-1)?.level ?? Number.NEGATIVE_INFINITY) >= level) leave();
      path.push({ level, text: shortened(cleaned), page, isUsed: false });
      if (cleaned.length > MAX_HEADING) add(cleaned, page);
    },

    /**
     * A table, each row as a block that knows the head of the table. One without a head that goes on, with nothing
     * between, from the page before has the head of there.
     */
    addTable: (rows: readonly Row[], page: number | null = null): void => {
      const isGuessed = !rows.some(({ isHead }) => isHead) && looksLikeHead(rows);
      const head: string[] = [];
      const columns = rows[0]?.cells.length ?? 0;
      const inherited = goesOnFrom(before, { page, columns, at: blocks.length, below: heading() });
      let isAbove = true;
      for (const [index, { cells, isHead }] of rows.entries()) {
        const line = lineOf(cells);
        isAbove &&= isHead || (isGuessed && index === 0);
        if (isAbove && line !== '') head.push(line);
        add(line, page, isAbove ? undefined : head.join('\n') || inherited);
      }
      before = { page, columns, at: blocks.length, below: heading(), head: head.join('\n') || inherited };
    },

    /** All blocks, once the document has ended. */
    end: (): Block[] => {
      while (path.length > 0) leave();
      return blocks;
    },
  };
}

function shortened(heading: string): string {
  if (heading.length <= MAX_HEADING) return heading;
  return `${heading.slice(0, MAX_HEADING).replace(/\s+\S*$|[\ud800-\udbff]$/, '')} …`;
}

const MAX_HEAD_CELL = 60;

/** Many tables do not say which row names their columns: it is the first, where all its cells are short names. */
function looksLikeHead([first, ...rest]: readonly Row[]): boolean {
  const cells = first?.cells.map(clean) ?? [];
  return (
    rest.length > 1 &&
    cells.length > 1 &&
    new Set(cells).size === cells.length &&
    cells.every((cell) => cell !== '' && cell.length <= MAX_HEAD_CELL && !/\d|[.;]$/.test(cell))
  );
}

/** Cells kept apart by bars; one that fills the whole row is there once. */
function lineOf(cells: readonly string[]): string {
  const texts = cells.map(clean);
  const line = new Set(texts).size === 1 ? (texts[0] as string) : texts.join(' | ');
  return line.replace(/[|\s]+$/, '');
}

/** A table inside a cell or an item. */
export function inOneLine(rows: readonly Row[]): string {
  return rows.map(({ cells }) => cells.map(clean).filter(Boolean).join(', ')).join('; ');
}

/**
 * One line of text without control characters, and without runs of white space. Characters without a width are no
 * blanks: soft hyphens and word joiners go, and so do joiners between Latin letters; scripts and emoji that are
 * written with joiners keep them.
 */
export function clean(text: string): string {
  return text
    .replaceAll(/(?<=\p{Script=Latin})[\u200c\u200d]+|[\u200c\u200d]+(?=\p{Script=Latin})/gu, '')
    .replaceAll(/(?![\u200c\u200d])\p{Cf}+/gu, '')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}
