/** A piece of a document between two headings: a paragraph, a list item, a row. */
export interface Block {
  /** Headings above it, outermost first. */
  heading: string[];
  /** Counts from 1; null where the format has no pages. */
  page: number | null;
  text: string;
}

/** A document as it is read. */
export interface Extracted {
  /** Its own title, where it says one. */
  title: string | null;
  pages: number | null;
  blocks: Block[];
}

/** The file cannot be read; the message says why, to the person who uploaded it. */
export class UnreadableFile extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UnreadableFile';
  }
}

/** Keeps the headings above the next block. */
export function createOutline() {
  const path: { level: number; text: string }[] = [];
  return {
    enter: (level: number, text: string) => {
      while ((path.at(-1)?.level ?? 0) >= level) path.pop();
      path.push({ level, text: clean(text).slice(0, 200) });
    },
    path: () => path.map(({ text }) => text),
  };
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
