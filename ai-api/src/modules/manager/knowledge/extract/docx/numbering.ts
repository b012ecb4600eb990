import type { Element } from 'domhandler';
import { type NumberFormat, numberAs } from '../numbers.ts';
import type { ParagraphStyle, Styles } from './styles.ts';
import { childOf, childrenOf, isOn, rootOf, valOf } from './xml.ts';

interface Level {
  start: number;
  format: string;
  /** Such as `%1.%2`. */
  text: string;
  style: string | undefined;
  /** All its numbers are decimal. */
  isLegal: boolean;
  /** The level whose next number restarts this one; 0 for none. */
  restart: number | undefined;
}

interface Count {
  numbers: (number | undefined)[];
  /** Instances that have begun. */
  begun: Set<string>;
}

const FORMATS: readonly string[] = [
  'decimal',
  'decimalZero',
  'lowerLetter',
  'upperLetter',
  'lowerRoman',
  'upperRoman',
  'ordinal',
] satisfies NumberFormat[];
const MAX_LINKS = 10;

/**
 * Counts the numbers that Word shows before headings and items, and that are nowhere in the text.
 * @returns the number of the next paragraph, such as `3.1`; empty for bullets and without one
 */
export function createNumbering(source: string | undefined, styles: Styles) {
  const root = rootOf(source);
  const abstracts = new Map(
    childrenOf(root, 'w:abstractNum').map((one) => [one.attribs['w:abstractNumId'] ?? '', one]),
  );
  const instances = new Map(childrenOf(root, 'w:num').map((one) => [one.attribs['w:numId'] ?? '', one]));
  const counts = new Map<string, Count>();

  /** The list that an instance counts in; some name it by a style. */
  function abstractOf(numId: string): string | undefined {
    let at: string | undefined = numId;
    for (let link = 0; link < MAX_LINKS && at !== undefined; link++) {
      const id: string | undefined = valOf(childOf(instances.get(at), 'w:abstractNumId'));
      const linked = valOf(childOf(abstracts.get(id ?? ''), 'w:numStyleLink'));
      if (linked === undefined) return id;
      at = styles.paragraph(linked).numbered.numId;
    }
    return undefined;
  }

  function levelsOf(numId: string, abstract: Element | undefined): Map<number, Level> {
    const overrides = childrenOf(instances.get(numId), 'w:lvlOverride').flatMap((one) =>
      childrenOf(one, 'w:lvl'),
    );
    return new Map(
      [...childrenOf(abstract, 'w:lvl'), ...overrides].map((level) => [
        Number(level.attribs['w:ilvl'] ?? 0),
        levelFrom(level),
      ]),
    );
  }

  /** An instance may begin again where the list before it, which it shares, went on. */
  function begin(numId: string, count: Count): void {
    if (count.begun.has(numId)) return;
    count.begun.add(numId);
    for (const override of childrenOf(instances.get(numId), 'w:lvlOverride')) {
      const start = valOf(childOf(override, 'w:startOverride'));
      if (start !== undefined) count.numbers[Number(override.attribs['w:ilvl'] ?? 0)] = Number(start) - 1;
    }
  }

  return (style: ParagraphStyle, own: { numId?: string | undefined; level?: number | undefined }): string => {
    const numId = own.numId ?? style.numbered.numId;
    if (numId === undefined || numId === '0') return '';
    const abstractId = abstractOf(numId);
    const abstract = abstracts.get(abstractId ?? '');
    if (abstractId === undefined || !abstract) return '';
    const levels = levelsOf(numId, abstract);
    const ofStyle = [...levels].find(([, level]) => level.style === style.id)?.[0];
    const at = own.level ?? style.numbered.level ?? ofStyle ?? 0;
    const level = levels.get(at);
    if (!level) return '';
    const count = counts.get(abstractId) ?? { numbers: [], begun: new Set() };
    counts.set(abstractId, count);
    begin(numId, count);
    count.numbers[at] = (count.numbers[at] ?? level.start - 1) + 1;
    for (let below = at + 1; below < 9; below++)
      if (isRestarted(levels.get(below), at)) count.numbers[below] = undefined;
    return shown(level, levels, count.numbers);
  };
}

function isRestarted(level: Level | undefined, by: number): boolean {
  return level?.restart === undefined || (level.restart !== 0 && by < level.restart);
}

function shown(
  { format, text, isLegal }: Level,
  levels: ReadonlyMap<number, Level>,
  numbers: Count['numbers'],
) {
  if (format === 'bullet' || format === 'none') return '';
  return text.replaceAll(/%(\d)/g, (_, digit: string) => {
    const other = Number(digit) - 1;
    const level = levels.get(other);
    const number = numbers[other] ?? level?.start ?? 1;
    const as = isLegal || !FORMATS.includes(level?.format ?? '') ? 'decimal' : level?.format;
    return level?.format === 'none' ? '' : numberAs(as as NumberFormat, number);
  });
}

function levelFrom(level: Element): Level {
  const restart = valOf(childOf(level, 'w:lvlRestart'));
  return {
    start: Number(valOf(childOf(level, 'w:start')) ?? 1),
    format: valOf(childOf(level, 'w:numFmt')) ?? 'decimal',
    text: valOf(childOf(level, 'w:lvlText')) ?? '',
    style: valOf(childOf(level, 'w:pStyle')),
    isLegal: isOn(level, 'w:isLgl') ?? false,
    restart: restart === undefined ? undefined : Number(restart),
  };
}
