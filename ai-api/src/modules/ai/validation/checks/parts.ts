import type { Unit } from '../vocabulary.ts';
import { type Span, spansOf } from './check.ts';

const segmenters = new Map<string, Intl.Segmenter>();

function segmenter(granularity: 'grapheme' | 'word' | 'sentence', locale: string): Intl.Segmenter {
  const key = `${granularity} ${locale}`;
  const known = segmenters.get(key) ?? new Intl.Segmenter(locale, { granularity });
  segmenters.set(key, known);
  return known;
}

/**
 * The parts of a text: characters as people see them, words and sentences by the rules of Unicode, paragraphs between
 * blank lines or a separator, lines that are not blank.
 */
export function partsOf(
  text: string,
  unit: Unit,
  { locale = 'en', separator = null as string | null } = {},
): Span[] {
  switch (unit) {
    case 'characters':
      return segmentsOf(text, segmenter('grapheme', locale));
    case 'words':
      return segmentsOf(text, segmenter('word', locale), ({ isWordLike }) => isWordLike === true);
    case 'sentences':
      return segmentsOf(text, segmenter('sentence', locale)).flatMap((span) => trimmed(text, span));
    case 'paragraphs':
      return between(text, separator === null ? /\n[^\S\n]*\n\s*/g : separator);
    case 'lines':
      return between(text, /\r?\n/g);
  }
}

function segmentsOf(
  text: string,
  by: Intl.Segmenter,
  wanted: (segment: Intl.SegmentData) => boolean = () => true,
): Span[] {
  const spans: Span[] = [];
  for (const segment of by.segment(text))
    if (wanted(segment)) spans.push({ start: segment.index, end: segment.index + segment.segment.length });
  return spans;
}

function between(text: string, separator: RegExp | string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  const places = typeof separator === 'string' ? separatorsIn(text, separator) : spansOf(text, separator);
  for (const place of [...places, { start: text.length, end: text.length }]) {
    spans.push(...trimmed(text, { start, end: place.start }));
    start = place.end;
  }
  return spans;
}

function separatorsIn(text: string, separator: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(separator); at !== -1; at = text.indexOf(separator, at + separator.length))
    spans.push({ start: at, end: at + separator.length });
  return spans;
}

/** A span without white space at its ends; nothing for one that has nothing else. */
export function trimmed(text: string, { start, end }: Span): Span[] {
  const part = text.slice(start, end);
  const from = start + part.length - part.trimStart().length;
  const to = end - (part.length - part.trimEnd().length);
  return from < to ? [{ start: from, end: to }] : [];
}
