import type { Element } from 'domhandler';
import { clean, createBlocks, inOneLine } from '../block.ts';
import { createUnread } from '../unread.ts';
import type { Archive } from './archive.ts';
import { createNumbering } from './numbering.ts';
import { createParagraphReader, type ParagraphText, type Surface } from './paragraph.ts';
import { numberedBy, outlineLevel, readStyles } from './styles.ts';
import { cellFill, isLayout, partsOf, rowsOf, whyLeftOut } from './table.ts';
import { childOf, childrenOf, elementsOf, rootOf, valOf } from './xml.ts';

/** The lines of a table of contents repeat the headings. */
const CONTENTS = /^toc \d|^table of figures$/;
const WHITE_PAGE: Surface = { fill: '' };

interface NumberedText extends ParagraphText {
  /** Without its number. */
  own: string;
}

/** Reads the story of a document, its tables, text boxes and notes, in their order. */
export function createBodyReader(archive: Archive) {
  const { add, enter, addTable, heading, end } = createBlocks();
  const unread = createUnread();
  const styles = readStyles(archive.part('styles'));
  const numberOf = createNumbering(archive.part('numbering'), styles);
  const readParagraph = createParagraphReader(styles, (reason, name) =>
    unread.add(reason, name ?? heading().at(-1)),
  );
  const noteTexts = {
    footnote: notesIn(archive.part('footnotes'), 'w:footnote'),
    endnote: notesIn(archive.part('endnotes'), 'w:endnote'),
  };
  let title: string | null = null;
  let firstHeading: string | null = null;

  const styleOf = (paragraph: Element) => styles.paragraph(valOf(childOf(paragraph, 'w:pPr', 'w:pStyle')));

  function levelOf(paragraph: Element): number | null {
    const own = outlineLevel(childOf(paragraph, 'w:pPr'));
    if (own !== undefined) return own;
    const style = styleOf(paragraph);
    return style.names.includes('title') ? 0 : style.headingLevel;
  }

  /** Its text with its number. */
  function lineOf(paragraph: Element, surface: Surface): NumberedText {
    const read = readParagraph(paragraph, surface);
    // A paragraph that is hidden or deleted as a whole is not counted.
    const isEmpty = clean(read.text) === '';
    if (isEmpty && (read.isShortened || read.boxes.length > 0)) return { ...read, own: '' };
    const number = numberOf(styleOf(paragraph), numberedBy(childOf(paragraph, 'w:pPr')));
    return {
      ...read,
      own: clean(read.text),
      text: isEmpty || number === '' ? read.text : `${number} ${read.text}`,
    };
  }

  function visitParagraph(paragraph: Element, surface: Surface): void {
    if (styleOf(paragraph).names.some((name) => CONTENTS.test(name))) {
      unread.add('surroundings', 'Table of contents');
      return;
    }
    const read = lineOf(paragraph, surface);
    const level = levelOf(paragraph);
    if (level === null) add(read.text);
    else {
      enter(level, read.text);
      if (level === 0) title ??= read.own || null;
      if (level === 1) firstHeading ??= read.own || null;
    }
    for (const box of read.boxes) visitAll(box, { fill: null });
    addNotes(read.notes);
  }

  /** Notes after the paragraph that points to them, by the marks that they have there. */
  function addNotes(notes: ParagraphText['notes']): void {
    for (const { kind, id, mark } of notes) {
      const note = noteTexts[kind].get(id);
      if (note) add(`${mark} ${textOf(note, WHITE_PAGE)}`);
    }
  }

  function visitTable(table: Element, surface: Surface): void {
    for (const row of partsOf(table, 'w:tr')) {
      const reason = whyLeftOut(row);
      if (reason) unread.add(reason, heading().at(-1));
    }
    const isHeading = (paragraph: Element) => levelOf(paragraph) !== null;
    if (!isLayout(table, isHeading)) {
      visitRows(table, surface);
      return;
    }
    for (const row of partsOf(table, 'w:tr').filter((row) => whyLeftOut(row) === null))
      for (const cell of partsOf(row, 'w:tc')) visitAll(cell, { fill: cellFill(table, cell, surface.fill) });
  }

  function visitRows(table: Element, surface: Surface): void {
    const notes: ParagraphText['notes'] = [];
    addTable(rowsOf(table, (cell) => textOf(cell, { fill: cellFill(table, cell, surface.fill) }, notes)));
    addNotes(notes);
  }

  /** The text of a cell or note, its paragraphs in one line. */
  function textOf(part: Element, surface: Surface, notes: ParagraphText['notes'] = []): string {
    const texts = flat(part).map((element) => {
      if (element.name === 'w:p') {
        const read = lineOf(element, surface);
        notes.push(...read.notes);
        return [read.text, ...read.boxes.map((box) => textOf(box, { fill: null }, notes))].join(' ');
      }
      return inOneLine(rowsOf(element, (cell) => textOf(cell, surface, notes)));
    });
    return clean(texts.join(' '));
  }

  /** Paragraphs and tables, also those inside of content controls and of what was inserted. */
  function flat(part: Element): Element[] {
    return elementsOf(part).flatMap((element) => {
      const { name } = element;
      if (name === 'w:p' || name === 'w:tbl') return [element];
      if (name === 'w:altChunk') unread.add('embedded', heading().at(-1));
      if (name === 'w:sdt') {
        const gallery = valOf(childOf(element, 'w:sdtPr', 'w:docPartObj', 'w:docPartGallery'));
        if (gallery === 'Table of Contents') {
          unread.add('surroundings', gallery);
          return [];
        }
        if (childOf(element, 'w:sdtPr', 'w:showingPlcHdr')) return [];
      }
      if (/^w:(sdt|sdtContent|customXml|ins|moveTo)$/.test(name)) return flat(element);
      if (name === 'mc:AlternateContent') {
        const chosen = childOf(element, 'mc:Choice') ?? childOf(element, 'mc:Fallback');
        return chosen ? flat(chosen) : [];
      }
      return [];
    });
  }

  function visitAll(part: Element, surface: Surface): void {
    for (const element of flat(part)) {
      if (element.name === 'w:p') visitParagraph(element, surface);
      else visitTable(element, surface);
    }
  }

  return { add, textOf, visitAll, unread, end, title: () => title ?? firstHeading };
}

/** Notes by their ids; separators between text and notes are none. */
function notesIn(source: string | undefined, name: string): Map<string, Element> {
  const notes = childrenOf(rootOf(source), name).filter(({ attribs }) => !attribs['w:type']);
  return new Map(notes.map((note) => [note.attribs['w:id'] ?? '', note]));
}
