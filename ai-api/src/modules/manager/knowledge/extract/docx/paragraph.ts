import type { Element } from 'domhandler';
import { colorOf, isSameColor, WHITE } from '../colors.ts';
import { numberAs } from '../numbers.ts';
import type { UnreadReason } from '../unread.ts';
import { lookOf, merged, type Styles, type TextLook } from './styles.ts';
import { childOf, descendantsOf, elementsOf, hasBelow, valOf } from './xml.ts';

/** What is around a paragraph. */
export interface Surface {
  /** Six hexadecimal digits; null where it is not known, as within styled tables and shapes. */
  fill: string | null;
}

export interface ParagraphText {
  text: string;
  /** Notes that it points to, in order. */
  notes: { kind: 'footnote' | 'endnote'; id: string; mark: string }[];
  /** Content of text boxes, to be read after it. */
  boxes: Element[];
  /** Whether something of it was left out. */
  isShortened: boolean;
}

/** Below this many half points no letter is read. */
const MIN_SIZE = 6;
/** English Metric Units: pictures under 5 by 2.5 cm are taken for logos and icons. */
const MIN_PICTURE = { width: 1_800_000, height: 900_000 };

const TEXTS: Readonly<Record<string, string>> = {
  'w:tab': ' ',
  'w:ptab': ' ',
  'w:br': ' ',
  'w:cr': ' ',
  'w:noBreakHyphen': '-',
};
/** Fields whose result is where the reader is, and not a text. */
const PLACE_FIELD = /^\s*(PAGE|NUMPAGES|SECTIONPAGES)\b/i;

/**
 * Reads paragraphs: what Word shows of them, with marks of notes; deleted and hidden runs are not.
 * @param onUnread is called with what is left out
 */
export function createParagraphReader(
  styles: Styles,
  onUnread: (reason: UnreadReason, name?: string) => void,
) {
  /** Instructions of the fields that are open, and whether their result has begun. */
  const fields: { code: string; isResult: boolean }[] = [];
  const notes = { footnote: 0, endnote: 0 };

  return (paragraph: Element, surface: Surface): ParagraphText => {
    const styleId = valOf(childOf(paragraph, 'w:pPr', 'w:pStyle'));
    const fill = childOf(paragraph, 'w:pPr', 'w:shd')?.attribs['w:fill'];
    const around: Surface = { fill: fill === undefined || fill === 'auto' ? surface.fill : fill };
    const read: ParagraphText = { text: '', notes: [], boxes: [], isShortened: false };
    const leaveOut = (reason: UnreadReason, name?: string) => {
      read.isShortened = true;
      onUnread(reason, name);
    };

    function visit(element: Element): void {
      const { name } = element;
      if (name === 'w:r') visitRun(element);
      else if (name === 'w:del' || name === 'w:moveFrom') {
        if (hasBelow(element, 'w:delText', 'w:t')) leaveOut('deleted');
      } else if (name === 'w:sdt') {
        if (!childOf(element, 'w:sdtPr', 'w:showingPlcHdr')) visitAll(childOf(element, 'w:sdtContent'));
      } else if (name === 'w:fldSimple' && PLACE_FIELD.test(element.attribs['w:instr'] ?? '')) return;
      else if (name === 'mc:AlternateContent')
        visitAll(childOf(element, 'mc:Choice') ?? childOf(element, 'mc:Fallback'));
      else if (name === 'm:oMath' || name === 'm:oMathPara')
        read.text += [...descendantsOf(element, 'm:t')].map(stringIn).join('');
      else if (!/Pr$/.test(name)) visitAll(element);
    }

    const visitAll = (element: Element | undefined) => {
      for (const child of elementsOf(element)) visit(child);
    };

    function visitRun(run: Element): void {
      const properties = childOf(run, 'w:rPr');
      const style = valOf(childOf(properties, 'w:rStyle'));
      const look = merged(styles.look(styleId, style), lookOf(properties));
      const reason = whyUnread(look, around);
      if (reason) {
        if (hasBelow(run, 'w:t')) leaveOut(reason);
        return;
      }
      const isRaised = /^(super|sub)script$/.test(valOf(childOf(properties, 'w:vertAlign')) ?? '');
      for (const child of elementsOf(run)) visitContent(child, isRaised);
    }

    function visitContent(content: Element, isRaised: boolean): void {
      const { name } = content;
      if (name === 'w:fldChar') {
        turnField(content);
        return;
      }
      if (name === 'w:instrText') {
        const field = fields.at(-1);
        if (field) field.code += stringIn(content);
        return;
      }
      if (fields.some(({ code, isResult }) => !isResult || PLACE_FIELD.test(code))) return;
      if (name === 'w:t') read.text += isRaised ? raised(stringIn(content)) : stringIn(content);
      else if (name === 'w:footnoteReference' || name === 'w:endnoteReference') addNote(content);
      else if (name === 'w:commentReference') onUnread('comment');
      else if (name === 'mc:AlternateContent')
        for (const child of elementsOf(childOf(content, 'mc:Choice') ?? childOf(content, 'mc:Fallback')))
          visitContent(child, isRaised);
      else if (/^w:(drawing|pict|object)$/.test(name)) visitDrawing(content);
      else if (name === 'w:ruby') visitAll(childOf(content, 'w:rubyBase'));
      else read.text += TEXTS[name] ?? '';
    }

    function turnField(content: Element): void {
      const type = content.attribs['w:fldCharType'];
      if (type === 'begin') fields.push({ code: '', isResult: false });
      else if (type === 'end') fields.pop();
      else {
        const field = fields.at(-1);
        if (field) field.isResult = true;
      }
    }

    function addNote(reference: Element): void {
      const kind = reference.name === 'w:footnoteReference' ? 'footnote' : 'endnote';
      const id = reference.attribs['w:id'];
      if (id === undefined || reference.attribs['w:customMarkFollows'] === '1') return;
      notes[kind] += 1;
      const mark = `[${kind === 'footnote' ? notes.footnote : numberAs('lowerRoman', notes.endnote)}]`;
      read.notes.push({ kind, id, mark });
      read.text += ` ${mark}`;
    }

    function visitDrawing(drawing: Element): void {
      const boxes = [...descendantsOf(drawing, 'w:txbxContent')];
      read.boxes.push(...boxes);
      if (drawing.name === 'w:object' && hasBelow(drawing, 'o:OLEObject')) onUnread('embedded');
      else if (boxes.length === 0 && isLarge(drawing)) onUnread('picture', nameOf(drawing));
    }

    visitAll(paragraph);
    return read;
  };
}

const stringIn = (element: Element) =>
  element.children.map((child) => ('data' in child ? child.data : '')).join('');

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const raised = (text: string) => text.replaceAll(/\d/g, (digit) => RAISED[Number(digit)] as string);

function whyUnread(look: TextLook, { fill }: Surface): UnreadReason | null {
  if (look.isHidden) return 'hidden';
  if (look.isStruck) return 'deleted';
  if (look.size !== undefined && look.size < MIN_SIZE) return 'hidden';
  const behind = look.fill ?? fill;
  const color = look.color && look.color !== 'auto' ? colorOf(`#${look.color}`) : null;
  if (behind === null || color === null || color === 'none') return null;
  const background = behind === '' ? WHITE : colorOf(`#${behind}`);
  return background && background !== 'none' && isSameColor(color, background) ? 'hidden' : null;
}

function isLarge(drawing: Element): boolean {
  if (!hasBelow(drawing, 'a:blip', 'c:chart', 'dgm:relIds', 'v:imagedata')) return false;
  const [extent] = descendantsOf(drawing, 'wp:extent');
  if (!extent) return true;
  const { cx, cy } = extent.attribs;
  return Number(cx) >= MIN_PICTURE.width && Number(cy) >= MIN_PICTURE.height;
}

function nameOf(drawing: Element): string | undefined {
  const [properties] = descendantsOf(drawing, 'wp:docPr');
  return properties?.attribs.descr || undefined;
}
