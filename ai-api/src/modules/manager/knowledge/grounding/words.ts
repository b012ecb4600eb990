import { contentWordsOf, stemOf } from '../../../../platform/text/words.ts';

/** A word or a figure of a text, in the one form that both sides are compared in. */
export interface Word {
  /** In lower case; a figure in digits. */
  text: string;
  stem: string;
  /** Which clause it is in, from 0. */
  clause: number;
  kind: 'figure' | 'bound' | 'operator' | 'content' | 'other';
}

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen';
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety';
const SCALES = { hundred: 100, thousand: 1000, million: 1_000_000 } as const;
const VALUES = new Map([
  ...SMALL.split(' ').map((word, value) => [word, value] as const),
  ...TENS.split(' ').map((word, index) => [word, 10 * index + 20] as const),
]);
const NUMBER_WORD = [...VALUES.keys(), ...Object.keys(SCALES)].join('|');
const SPELLED = new RegExp(
  String.raw`\b(?:${NUMBER_WORD})(?:(?:[ -]|(?<=hundred|thousand) and )(?:${NUMBER_WORD}))*\b`,
  'g',
);

/** Other ways of writing the same, and the one that is compared; figures are in digits by then. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/’/g, "'"],
  [/\bwon't\b/g, 'will not'],
  [/\bcan(?:not|'t)\b/g, 'can not'],
  [/n't\b/g, ' not'],
  [/(\d),(?=\d{3}\b)/g, '$1'],
  [/(\d) and a half\b/g, '$1.5'],
  [/\bonce\b/g, '1 time'],
  [/\btwice\b/g, '2 time'],
  [/([$€£]) ?(\d[\d.]*)/g, '$2 $1'],
  [/\$/g, ' dollar '],
  [/€/g, ' euro '],
  [/£/g, ' pound '],
  [/%/g, ' percent '],
  [/°/g, ' degree '],
  [/(\d) ?kg\b/g, '$1 kilogram'],
  [/(\d) ?km\b/g, '$1 kilometre'],
  [/(\d) ?h\b/g, '$1 hour'],
  [/(\d) ?min\b/g, '$1 minute'],
  [/(\d[\d.]*(?: \p{L}+)?) or (?:more|over|above|longer|later|older)\b/gu, '≥ $1'],
  [/(\d[\d.]*(?: \p{L}+)?) or (?:less|fewer|under|below|shorter|earlier|younger)\b/gu, '≤ $1'],
  [/\b(?:at least|not? (?:less|fewer) than|minimum(?: of)?) (?=\d)/g, '≥ '],
  [/\b(?:at most|not? more than|up to|maximum(?: of)?) (?=\d)/g, '≤ '],
  [/\b(?:more than|above|over|exceeding) (?=\d)/g, '> '],
  [/\b(?:less than|fewer than|below|under) (?=\d)/g, '< '],
];

/** Words that negate, limit or soften a statement, by what they do. */
const OPERATORS = new Map(
  Object.entries({
    not: 'not no never nobody none nothing neither nor without untrue',
    unless: 'unless except excepting',
    if: 'if when whenever whoever',
    may: 'may can could might allowed permitted possible',
    should: 'should ought recommended advised',
    all: 'all any every each everybody everyone always',
  }).flatMap(([operator, words]) => words.split(' ').map((word) => [word, operator] as const)),
);
/** A plain rule obliges, with one of these or without. */
const OBLIGES = new Set('must shall need needs needed require required requires'.split(' '));
/** Common words that are compared all the same: they say when and where a rule holds. */
const DECISIVE = new Set(
  'above after before below between during further more most only over some than under until few own same'.split(
    ' ',
  ),
);

/** Parts and places in a row are figures too. */
const PARTS = new Set(
  'half third quarter first second fourth fifth sixth seventh eighth ninth tenth twentieth'.split(' '),
);

const PIECE = /\d+(?:[.:]\d+)*|\p{L}+(?:'\p{L}+)*|[≥≤<>]|[;,.!?():—–]/gu;
const CLAUSE_END = /^[;,.!?():—–]$/;
const JOINS = new Set('and but or unless except while whereas because'.split(' '));

/** The words of a text; a clause ends at a comma or before a word that joins. */
export function wordsOf(text: string): Word[] {
  // A month in the middle of a sentence is no permission.
  const plain = text
    .normalize('NFKC')
    .replaceAll(/(?<=\p{L} )May\b/gu, 'month-of-may')
    .toLowerCase();
  const digits = plain.replaceAll(SPELLED, digitsOf);
  const written = FORMS.reduce((whole, [pattern, form]) => whole.replaceAll(pattern, form), digits);
  let clause = 0;
  return [...written.matchAll(PIECE)].flatMap(([piece]) => {
    if (CLAUSE_END.test(piece) || JOINS.has(piece)) clause++;
    if (CLAUSE_END.test(piece)) return [];
    const operator = OPERATORS.get(piece);
    return {
      text: operator ?? piece,
      stem: stemOf(piece),
      clause,
      kind: operator ? 'operator' : kindOf(piece),
    };
  });
}

function kindOf(word: string): Word['kind'] {
  if (/^\d/.test(word) || PARTS.has(word)) return 'figure';
  if (/^[≥≤<>]$/.test(word)) return 'bound';
  const says = DECISIVE.has(word) || (contentWordsOf(word).length > 0 && !OBLIGES.has(word));
  return says ? 'content' : 'other';
}

/** "two hundred and fifty" in digits; "one" by itself mostly counts nothing. */
function digitsOf(spelled: string): string {
  if (spelled === 'one') return spelled;
  let total = 0;
  let part = 0;
  for (const word of spelled.split(/[ -](?:and )?/)) {
    const scale = SCALES[word as keyof typeof SCALES];
    if (scale === undefined) part += VALUES.get(word) ?? 0;
    else part = Math.max(1, part) * scale;
    if (scale !== undefined && scale >= 1000) [total, part] = [total + part, 0];
  }
  return String(total + part);
}
