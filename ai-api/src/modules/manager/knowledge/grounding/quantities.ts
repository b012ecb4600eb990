import type { Token } from './tokens.ts';

/** A number with what it counts. */
export interface Quantity {
  /** As digits; of an ordinal `#` and its digits. */
  value: string;
  /** `%`, `day`, `dollar`; null where none follows. */
  unit: string | null;
  /** Whether it is the least or the most that is meant, with or without the number itself. */
  bound: '>=' | '>' | '<=' | '<' | null;
  /** Of the tokens it was read from. */
  from: number;
  to: number;
}

const entries = (values: Readonly<Record<string, string>>) =>
  new Map(
    Object.entries(values).flatMap(([value, words]) =>
      words.split(' ').map((word) => [word, value] as const),
    ),
  );

const UNITS = entries({
  second: 'seconds',
  minute: 'minute minutes min',
  hour: 'hour hours h',
  day: 'day days',
  week: 'week weeks',
  fortnight: 'fortnight fortnights',
  month: 'month months',
  quarter: 'quarter quarters',
  semester: 'semester semesters',
  year: 'year years',
  dollar: 'dollar dollars $ usd',
  cent: 'cent cents',
  euro: 'euro euros € eur',
  pound: 'pound pounds £ gbp',
  '%': '% percent',
  degree: 'degree degrees °',
  gram: 'gram grams grammes g',
  kilogram: 'kilogram kilograms kilogrammes kg',
  tonne: 'tonne tonnes ton tons',
  metre: 'metre metres meter meters m',
  kilometre: 'kilometre kilometres kilometer kilometers km',
  mile: 'mile miles',
  litre: 'litre litres liter liters',
  megabyte: 'megabyte megabytes mb',
  gigabyte: 'gigabyte gigabytes gb',
  time: 'times',
});
const SIGNS = new Set(['$', '€', '£']);
/** Kinds of a unit: a working day is no day. */
const KINDS = new Set(['working', 'business', 'calendar', 'full', 'half']);

const SMALL = entries(
  Object.fromEntries(
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
      .split(' ')
      .map((word, value) => [String(value), word]),
  ),
);
const TENS = entries({
  20: 'twenty',
  30: 'thirty',
  40: 'forty',
  50: 'fifty',
  60: 'sixty',
  70: 'seventy',
  80: 'eighty',
  90: 'ninety',
});
const SCALES = entries({ 100: 'hundred', 1000: 'thousand', 1000000: 'million', 12: 'dozen' });
const ORDINALS = new Map(
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'
    .split(' ')
    .map((word, index) => [word, index + 1]),
);
const TENTHS = entries({ 20: 'twentieth', 30: 'thirtieth' });
const TIMES = new Map([
  ['once', '1'],
  ['twice', '2'],
  ['thrice', '3'],
]);
const HALVES = new Set(['half']);

const isPointer = (word: string | undefined) => word === 'one';

/** The numbers of a text, in words or digits, with unit and bound. */
export function quantitiesOf(tokens: readonly Token[]): Quantity[] {
  const found: Quantity[] = [];
  for (let at = 0; at < tokens.length; ) {
    const number = numberAt(tokens, at);
    if (!number) {
      at++;
      continue;
    }
    const { to } = number;
    const { unit, end } = unitAt(tokens, at, to);
    // "the one who" counts nothing.
    if (!(isPointer(tokens[at]?.text) && to === at + 1 && unit === null)) {
      found.push({
        value: number.value,
        unit: number.unit ?? unit,
        bound: boundAt(tokens, at, end),
        from: at,
        to: end,
      });
    }
    at = end;
  }
  return found;
}

/** All units that a text names, with a number or without. */
export function unitsOf(tokens: readonly Token[]): Set<string> {
  return new Set(tokens.flatMap(({ text }) => UNITS.get(text) ?? []));
}

function unitAt(tokens: readonly Token[], from: number, to: number): { unit: string | null; end: number } {
  const sign = tokens[from - 1]?.text;
  if (sign !== undefined && SIGNS.has(sign)) return { unit: UNITS.get(sign) ?? null, end: to };
  const next = tokens[to]?.text ?? '';
  const own = UNITS.get(next);
  if (own) return { unit: own, end: to + 1 };
  const behind = UNITS.get(tokens[to + 1]?.text ?? '');
  if (behind) return { unit: KINDS.has(next) ? `${next} ${behind}` : behind, end: to + 2 };
  return { unit: null, end: to };
}

interface Numeral {
  value: string;
  unit?: string;
  to: number;
}

function numberAt(tokens: readonly Token[], at: number): Numeral | null {
  const word = tokens[at]?.text ?? '';
  const times = TIMES.get(word);
  if (times) return { value: times, unit: 'time', to: at + 1 };
  if (/^\d/.test(word)) {
    const digits = word.replaceAll(/,(?=\d{3}\b)/g, '').replace(',', '.');
    const isOrdinal = /^(st|nd|rd|th)$/.test(tokens[at + 1]?.text ?? '');
    return {
      value: isOrdinal ? `#${digits}` : String(/^[\d.]+$/.test(digits) ? Number(digits) : digits),
      to: at + (isOrdinal ? 2 : 1),
    };
  }
  return spelledAt(tokens, at);
}

/** A number in words: "two hundred and fifty", "four and a half", "twenty-fifth". */
function spelledAt(tokens: readonly Token[], start: number): Numeral | null {
  let total = 0;
  let part = 0;
  let at = start;
  let known = false;
  for (; at < tokens.length; at++) {
    const word = tokens[at]?.text ?? '';
    const next = tokens[at + 1]?.text ?? '';
    const value = SMALL.get(word) ?? TENS.get(word);
    const scale = SCALES.get(word);
    const ordinal = ORDINALS.get(word) ?? TENTHS.get(word);
    if (value !== undefined) {
      if (known && part % 100 !== 0 && !(part % 10 === 0 && part >= 20 && Number(value) < 10)) break;
      part += Number(value);
    } else if (scale !== undefined && (known || word !== 'dozen')) {
      part = Math.max(1, part) * Number(scale);
      if (Number(scale) >= 1000) {
        total += part;
        part = 0;
      }
    } else if (ordinal !== undefined && !(word === 'second' && known)) {
      return { value: `#${total + part + Number(ordinal)}`, to: at + 1 };
    } else if (known && word === 'and' && next === 'a' && HALVES.has(tokens[at + 2]?.text ?? '')) {
      return { value: String(total + part + 0.5), to: at + 3 };
    } else if (!known && HALVES.has(word)) return { value: '0.5', to: at + 1 };
    else if (!(known && part >= 100 && word === 'and' && (SMALL.has(next) || TENS.has(next)))) break;
    known = true;
  }
  return known ? { value: String(total + part), to: at } : null;
}

const MORE = 'than';
const RISING = new Set(
  'more longer heavier larger greater older dearer higher bigger later above over beyond exceeding exceeds'.split(
    ' ',
  ),
);
const FALLING = new Set(
  'less fewer lighter shorter smaller younger cheaper lower earlier below under'.split(' '),
);

/** The bound that stands before or behind a number. */
function boundAt(tokens: readonly Token[], from: number, to: number): Quantity['bound'] {
  const before = (back: number) => tokens[from - back]?.text ?? '';
  const first = SIGNS.has(before(1)) ? 2 : 1;
  const [last, second, third] = [before(first), before(first + 1), before(first + 2)];
  if (last === 'least' && second === 'at') return '>=';
  if (last === 'most' && second === 'at') return '<=';
  if (last === 'to' && second === 'up') return '<=';
  if ((last === 'at' && second === 'capped') || last === 'maximum' || (last === 'of' && second === 'maximum'))
    return '<=';
  if (last === 'minimum' || (last === 'of' && second === 'minimum')) return '>=';
  const comparing = last === MORE ? second : last;
  const isNot = ['no', 'not'].includes(last === MORE ? third : second);
  if (RISING.has(comparing) && (last === MORE || comparing === last)) return isNot ? '<=' : '>';
  if (FALLING.has(comparing) && (last === MORE || comparing === last)) return isNot ? '>=' : '<';
  const [next, behind] = [tokens[to]?.text, tokens[to + 1]?.text ?? ''];
  if (next === 'or' && RISING.has(behind)) return '>=';
  if (next === 'or' && FALLING.has(behind)) return '<=';
  return null;
}
