import type { RuleOf } from '../rule/schema.ts';
import { type Check, type Edit, type Found, placesOf, type Span, spansOf } from './check.ts';
import { boundsWords, type CountBounds, countFound } from './count.ts';
import { trimmed } from './parts.ts';

const quoteAll = (values: readonly string[]) => values.map((value) => `"${value}"`).join(', ');

export function contains({ values, mode, ignoreCase, wholeWords }: RuleOf<'contains'>): Check {
  return {
    asks: `${mode === 'all' ? 'all' : 'one'} of ${quoteAll(values)}`,
    run: ({ text }) => {
      const found = values.map((value) => placesOf(text, value, { ignoreCase, wholeWords }));
      const missing = values.filter((_, index) => found[index]?.length === 0);
      const share = (values.length - missing.length) / values.length;
      return {
        holds: mode === 'all' ? missing.length === 0 : missing.length < values.length,
        degree: mode === 'all' ? share : share > 0 ? 1 : 0,
        says: missing.length === 0 ? 'It has them.' : `It lacks ${quoteAll(missing)}.`,
        found: found.flat(),
      };
    },
    removal: removeAll(),
  };
}

export function forbids({ values, ignoreCase, wholeWords, replaceWith }: RuleOf<'forbids'>): Check {
  return {
    asks: `none of ${quoteAll(values)}`,
    isFinal: true,
    run: ({ text }) => {
      const spans = [...new Set(values)]
        .flatMap((value) => placesOf(text, value, { ignoreCase, wholeWords }))
        .sort((a, b) => a.start - b.start);
      const said = [...new Set(spans.map(({ start, end }) => text.slice(start, end)))];
      return {
        holds: spans.length === 0,
        says: spans.length === 0 ? 'It has none of them.' : `It has ${quoteAll(said)}.`,
        spans,
        edits: spans.map((span) => replacement(text, span, replaceWith)),
      };
    },
  };
}

/** A word that is taken away takes the space before it along. */
export function replacement(text: string, { start, end }: Span, by: string): Edit {
  const takesSpace =
    by === '' && text[start - 1] === ' ' && /^([\s.,;:!?)]|$)/.test(text.slice(end, end + 1));
  return { start: takesSpace ? start - 1 : start, end, with: by };
}

function removeAll(by = ''): NonNullable<Check['removal']> {
  return ({ text }, spans) => spans.map((span) => replacement(text, span, by));
}

export function keywordFrequency(rule: RuleOf<'keyword-frequency'>): Check {
  const { value, ignoreCase, wholeWords } = rule;
  return counted(rule, `times "${value}"`, (text) => placesOf(text, value, { ignoreCase, wholeWords }));
}

export function letterFrequency(rule: RuleOf<'letter-frequency'>): Check {
  const { letter, ignoreCase } = rule;
  return counted(rule, `times the letter "${letter}"`, (text) => placesOf(text, letter, { ignoreCase }));
}

export function capitalWords(rule: RuleOf<'capital-words'>): Check {
  return counted(rule, 'words in capitals', (text) =>
    spansOf(text, /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu).filter(({ start, end }) => {
      const word = text.slice(start, end);
      return /\p{Lu}/u.test(word) && word === word.toUpperCase();
    }),
  );
}

/** A rule about how many places of something there are. */
export function counted(bounds: CountBounds, what: string, find: (text: string) => Span[]): Check {
  return {
    asks: boundsWords(bounds, what),
    isFinal: false,
    run: ({ text }) => countFound(bounds, what, find(text)),
  };
}

export function endsWith({ value }: RuleOf<'ends-with'>): Check {
  return {
    asks: `"${value}" at its end`,
    run: ({ text }) => {
      const end = text.trimEnd().length;
      const holds = text.slice(0, end).endsWith(value.trimEnd());
      const glue = end === 0 || /\s$/.test(text) ? '' : ' ';
      return {
        holds,
        says: holds ? 'It ends so.' : 'It ends otherwise.',
        edits: holds ? [] : [{ start: text.length, end: text.length, with: `${glue}${value}` }],
      };
    },
  };
}

export function oneOf({ values }: RuleOf<'one-of'>): Check {
  return {
    asks: `exactly one of ${quoteAll(values)}`,
    run: ({ text }) => {
      const bare = text.trim();
      const holds = values.includes(bare);
      const wanted = bare.length > MAX_MEANT ? undefined : plain(bare);
      const meant = values.find((value) => plain(value) === wanted);
      return {
        holds,
        says: holds ? 'It is.' : 'It is something else.',
        spans: holds ? [] : trimmed(text, { start: 0, end: text.length }),
        edits: !holds && meant !== undefined ? [{ start: 0, end: text.length, with: meant }] : [],
      };
    },
  };
}

/** Longer texts are none of the values, which have at most 200 characters, with a few signs around them. */
const MAX_MEANT = 300;
const plain = (text: string) => text.toLowerCase().replaceAll(/^[\s"'*]+|[\s"'*.!]+$/g, '');

export function letterCase({ case: wanted }: RuleOf<'letter-case'>): Check {
  const other = wanted === 'upper' ? /\p{Ll}/u : /\p{Lu}/u;
  return {
    asks: wanted === 'upper' ? 'capital letters only' : 'small letters only',
    isFinal: true,
    run: ({ text }) => {
      const spans = spansOf(text, /[\p{L}\p{M}]+/gu).filter(({ start, end }) =>
        other.test(text.slice(start, end)),
      );
      const turn = (word: string) => (wanted === 'upper' ? word.toUpperCase() : word.toLowerCase());
      return {
        holds: spans.length === 0,
        says: spans.length === 0 ? 'It has no others.' : 'It has others.',
        spans: spans.slice(0, 50),
        edits: spans.map((span) => ({ ...span, with: turn(text.slice(span.start, span.end)) })),
      };
    },
  };
}

export function noComma(): Check {
  return {
    asks: 'no comma',
    isFinal: true,
    run: ({ text }): Found => {
      const spans = placesOf(text, ',');
      return {
        holds: spans.length === 0,
        says: `It has ${spans.length}.`,
        spans,
        edits: spans.map((span) => ({ ...span, with: '' })),
      };
    },
  };
}

export function quoted(): Check {
  return {
    asks: 'double quotation marks around it',
    run: ({ text }) => {
      const bare = text.trim();
      const holds = bare.length > 1 && bare.startsWith('"') && bare.endsWith('"');
      return {
        holds,
        says: holds ? 'It has them.' : 'It has none.',
        edits: holds ? [] : [{ start: 0, end: text.length, with: `"${bare.replaceAll(/^"|"$/g, '')}"` }],
      };
    },
  };
}
