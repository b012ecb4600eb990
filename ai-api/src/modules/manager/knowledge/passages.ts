import { type Block, UnreadableFile } from './extract/block.ts';

/** What is searched and cited: a stretch of text below one heading, on one page. */
export interface Passage {
  heading: string[];
  page: number | null;
  text: string;
}

/** Characters: long enough to say something, short enough to be cited. */
const MAX_CHARACTERS = 900;
const MAX_PASSAGES = 20_000;

/**
 * Joins short blocks of one heading and page, and cuts long ones between sentences. Nothing of the text is lost. Where
 * a table goes on in the next passage, its head is there again: a row says little without the names of its columns.
 * @throws {UnreadableFile} for more than can be kept of one document
 */
export function passagesOf(blocks: readonly Block[]): Passage[] {
  const passages: Passage[] = [];
  for (const { heading, page, text, head } of blocks) {
    for (const part of cut(text, roomBeside(head))) {
      const last = passages.at(-1);
      const continues = last && last.page === page && last.heading.join('\n') === heading.join('\n');
      if (continues && last.text.length + part.length < MAX_CHARACTERS) {
        last.text += `\n${part}`;
        continue;
      }
      const isRepeated = head !== undefined && head.length + 1 + part.length <= MAX_CHARACTERS;
      passages.push({ heading, page, text: isRepeated ? `${head}\n${part}` : part });
    }
  }
  if (passages.length > MAX_PASSAGES)
    throw new UnreadableFile(
      `It has ${passages.length} passages; at most ${MAX_PASSAGES} are read. Split it.`,
    );
  return passages;
}

/** Characters of a part of a row, so that its head fits above each; a head that takes more than half is left out. */
function roomBeside(head: string | undefined): number {
  const taken = head === undefined ? 0 : head.length + 1;
  return taken <= MAX_CHARACTERS / 2 ? MAX_CHARACTERS - taken : MAX_CHARACTERS;
}

function cut(text: string, room: number): string[] {
  if (text.length <= room) return [text];
  const parts: string[] = [];
  let part = '';
  for (const sentence of sentencesOf(text, room)) {
    if (part !== '' && part.length + sentence.length + 1 > room) {
      parts.push(part);
      part = '';
    }
    part = part === '' ? sentence : `${part} ${sentence}`;
  }
  return part === '' ? parts : [...parts, part];
}

/** Sentences, and of one that is longer than a passage its pieces. */
function sentencesOf(text: string, room: number): string[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  return [...segmenter.segment(text)].flatMap(({ segment }) => {
    const sentence = segment.trim();
    if (sentence.length <= room) return sentence === '' ? [] : [sentence];
    return (
      sentence.match(new RegExp(`.{1,${room}}(?:\\s|$)|.{1,${room}}`, 'gsu'))?.map((piece) => piece.trim()) ??
      []
    );
  });
}
