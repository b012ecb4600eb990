import type { RuleOf } from '../rule/schema.ts';
import type { Unit } from '../vocabulary.ts';
import { type Check, placesOf, type Span, spansOf } from './check.ts';
import { boundsWords, countFound } from './count.ts';
import { partsOf, trimmed } from './parts.ts';
import { counted } from './words.ts';

export function length(rule: RuleOf<'length'>): Check {
  const { unit, max, locale, separator = null } = rule;
  return {
    asks: boundsWords(rule, unit),
    run: ({ text }) => {
      const found = partsOf(text, unit, { locale, separator });
      const edits = max !== undefined && found.length > max ? [cutAt(text, found, unit, max)] : [];
      const over = found.slice(max ?? found.length);
      const rest = over[0] && { start: over[0].start, end: over.at(-1)?.end ?? text.length };
      return { ...countFound(rule, unit, found, edits), spans: rest ? [rest] : [] };
    },
  };
}

/** What ends a text after so many parts. Words keep the mark that ends their sentence. */
function cutAt(text: string, found: readonly Span[], unit: Unit, max: number) {
  const last = found[max - 1];
  const end = last?.end ?? 0;
  const mark = unit === 'words' ? (/^[.!?]/.exec(text.slice(end))?.[0].length ?? 0) : 0;
  return { start: end + mark, end: text.length, with: '' };
}

export function paragraphFirstWord(rule: RuleOf<'paragraph-first-word'>): Check {
  const { paragraph, word, paragraphs } = rule;
  return {
    asks: `"${word}" as the first word of paragraph ${paragraph}${paragraphs === undefined ? '' : ` of ${paragraphs}`}`,
    run: ({ text }) => {
      const all = partsOf(text, 'paragraphs');
      const place = all[paragraph - 1];
      if (!place) return { holds: false, says: `It has ${all.length} paragraphs.` };
      const [first] = partsOf(text.slice(place.start, place.end), 'words');
      const span = first && { start: place.start + first.start, end: place.start + first.end };
      const said = span ? text.slice(span.start, span.end) : '';
      const isCount = paragraphs === undefined || all.length === paragraphs;
      return {
        holds: isCount && said.toLowerCase() === word.toLowerCase(),
        says: isCount ? `Its first word is "${said}".` : `It has ${all.length} paragraphs.`,
        found: span ? [span] : [],
        spans: span ? [span] : [],
      };
    },
  };
}

export const placeholders = (rule: RuleOf<'placeholders'>): Check =>
  counted(rule, 'placeholders in square brackets', (text) => spansOf(text, /\[[^[\]\n]{1,100}\]/g));

export const bullets = (rule: RuleOf<'bullets'>): Check =>
  counted(rule, 'bullet points', (text) =>
    spansOf(text, /^[ \t]*[-*+•][ \t]+\S.*$/gm).flatMap((span) => trimmed(text, span)),
  );

export const highlights = (rule: RuleOf<'highlights'>): Check =>
  counted(rule, 'highlighted parts such as *this*', (text) =>
    spansOf(text, /\*\*[^*\n]{1,300}\*\*|\*[^*\s\n][^*\n]{0,300}\*/g),
  );

export function sections(rule: RuleOf<'sections'>): Check {
  return counted(rule, `sections that begin with "${rule.marker}"`, (text) =>
    placesOf(text, rule.marker, { ignoreCase: true, wholeWords: true }).filter(({ start }) =>
      /(^|\n)[ \t#*]*$/.test(text.slice(Math.max(0, start - 20), start)),
    ),
  );
}

export function postscript({ marker }: RuleOf<'postscript'>): Check {
  return {
    asks: `a postscript that begins with ${marker}`,
    run: ({ text }) => {
      const spans = placesOf(text, marker, { ignoreCase: true }).filter(({ start }) =>
        /(^|\n)[ \t*]*$/.test(text.slice(Math.max(0, start - 20), start)),
      );
      return {
        holds: spans.length > 0,
        says: spans.length > 0 ? 'It has one.' : 'It has none.',
        found: spans,
      };
    },
  };
}

export function title(): Check {
  return {
    asks: 'a title in double angular brackets, such as <<Summary>>',
    run: ({ text }) => {
      const spans = spansOf(text, /<<[^<>\n]{1,200}>>/g);
      return {
        holds: spans.length > 0,
        says: spans.length > 0 ? 'It has one.' : 'It has none.',
        found: spans,
      };
    },
  };
}

export function twoAnswers(): Check {
  return {
    asks: 'two different answers with ****** between them',
    run: ({ text }) => {
      const parts = text.split(/\*{6,}/).map((part) => part.trim());
      const holds = parts.length === 2 && parts.every((part) => part !== '') && parts[0] !== parts[1];
      return { holds, says: holds ? 'It has two.' : `It has ${parts.filter((part) => part !== '').length}.` };
    },
  };
}

export function repeatsRequest(): Check {
  return {
    asks: 'the request at its beginning, word by word',
    run: ({ text, request }) => {
      if (request === null) return { holds: null, says: 'What was asked is not known.' };
      const holds = text.trimStart().toLowerCase().startsWith(request.trim().toLowerCase());
      return {
        holds,
        says: holds ? 'It repeats it.' : 'It does not repeat it.',
        edits: holds ? [] : [{ start: 0, end: 0, with: `${request.trim()}\n\n` }],
      };
    },
  };
}
