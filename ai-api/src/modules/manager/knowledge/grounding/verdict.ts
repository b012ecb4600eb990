import type { CompareWith } from '../../../../models/embeddings/word-similarity.ts';
import {
  conditionsDiffer,
  deniesOtherwise,
  isCue,
  isDate,
  isDenial,
  isFiller,
  isRole,
  modalityDiffers,
  scopeDiffers,
} from './cues.ts';
import { type Quantity, quantitiesOf, unitsOf } from './quantities.ts';
import type { Source } from './source.ts';
import { type Token, tokensOf } from './tokens.ts';

/**
 * What a sentence is beside its source: `held` says what that says; `near` is about the same, but says it otherwise or
 * more; `apart` is about something else.
 */
export type Verdict = 'held' | 'near' | 'apart';

/** From here on two words are about the same; whether they mean the same, vectors cannot tell. */
const LEAST_SIMILARITY = 0.5;
/** Of the words of a clause that is told, the share that may be left out, if more than one: they could restrict it. */
const MOST_LEFT_OUT = 0.3;
/** Of its words, for a sentence that is about the same. */
const LEAST_SHARED = 0.5;

/**
 * Compares a sentence with the words it is said to rest on: figures with their units and bounds, dates, names and who
 * acts, what is denied, allowed, ordered and excepted, and whether its other words are there or are near in meaning.
 * It knows English, and errs on the side of the document.
 * @param above headings and title of the passage
 */
export function verdictOn(
  sentence: string,
  source: Source,
  above: readonly string[],
  compareTo: (word: string) => CompareWith,
): Verdict {
  const own = tokensOf(sentence);
  const told = tokensOf(source.told);
  const whole = tokensOf(source.sentences);
  const headings = above.flatMap(tokensOf);
  const words = contentOf(own);
  const near = (given: readonly Token[]) => {
    const stems = new Set(given.map(({ stem }) => stem));
    const others = contentOf(given);
    return words.map((word) => (stems.has(word.stem) ? 1 : standIn(word, others, compareTo)));
  };
  const isCovered = near([...told, ...headings]).every((one) => one === 1);
  const contradicts =
    quantitiesDiffer(own, told) ||
    namesDiffer(own, [...told, ...headings]) ||
    rolesAreTurned(own, told) ||
    leavesOut(own, whole, tokensOf(source.before).length, told.length) ||
    deniesOtherwise(own, whole) ||
    conditionsDiffer(own, whole) ||
    scopeDiffers(own, whole) ||
    modalityDiffers(own, whole);
  if (!contradicts && isCovered && words.length > 0) return 'held';
  const shared = near([...whole, ...headings]).filter((one) => one >= LEAST_SIMILARITY).length;
  return words.length > 0 && shared >= LEAST_SHARED * words.length ? 'near' : 'apart';
}

function standIn(word: Token, others: readonly Token[], compareTo: (word: string) => CompareWith): number {
  const compare = compareTo(word.text);
  return Math.max(0, ...others.map(({ text }) => Math.min(0.99, compare(text))));
}

/** What names things and acts: without numbers, units and the words that are compared by themselves. */
function contentOf(tokens: readonly Token[]): Token[] {
  const counted = new Set(quantitiesOf(tokens).flatMap(({ from, to }) => tokens.slice(from, to)));
  return tokens.filter(
    (token) => /^\p{L}{2}/u.test(token.text) && !counted.has(token) && !isCue(token) && !isFiller(token),
  );
}

/** Names, dates and who acts have to stand there as they are. */
function namesDiffer(own: readonly Token[], given: readonly Token[]): boolean {
  const texts = new Set(given.map(({ text }) => text));
  const stems = new Set(given.map(({ stem }) => stem));
  return own.some((token) => {
    if (isDate(token)) return !texts.has(token.text);
    return (token.isName || isRole(token)) && !stems.has(token.stem);
  });
}

/** "The lead answers to the board" of "The board answers to the lead"; with "by" on one side only it is the same. */
function rolesAreTurned(own: readonly Token[], given: readonly Token[]): boolean {
  const isPassive = (tokens: readonly Token[]) => tokens.some(({ text }) => text === 'by');
  if (isPassive(own) !== isPassive(given)) return false;
  const places = (tokens: readonly Token[]) => {
    const acting = tokens
      .filter((token) => isRole(token) || (token.isName && !isDate(token)))
      .map(({ stem }) => stem);
    return new Map(acting.toReversed().map((stem, at) => [stem, -at]));
  };
  const [asked, there] = [places(own), places(given)];
  const both = [...asked.keys()].filter((stem) => there.has(stem));
  const order = (map: ReadonlyMap<string, number>) =>
    both.toSorted((a, b) => (map.get(a) ?? 0) - (map.get(b) ?? 0)).join();
  return order(asked) !== order(there);
}

function quantitiesDiffer(own: readonly Token[], given: readonly Token[]): boolean {
  const [asked, there] = [quantitiesOf(own), quantitiesOf(given)];
  const units = unitsOf(given);
  if ([...unitsOf(own)].some((unit) => !units.has(unit))) return true;
  return asked.some((quantity) => {
    const same = there.filter((other) => isSame(quantity, own, other, given));
    return same.length === 0 || isOfAnotherClause(quantity, own, same, there, given);
  });
}

/** What a number is a part of: "three of the five" is not "five of the three". */
function wholeOf({ to }: Quantity, given: readonly Token[]): string | null {
  if (given[to]?.text !== 'of') return null;
  return given.slice(to + 1, to + 4).find((token) => !isFiller(token))?.stem ?? null;
}

function isSame(a: Quantity, own: readonly Token[], b: Quantity, given: readonly Token[]): boolean {
  const isUnit = a.unit === b.unit || a.unit === null || b.unit === null;
  const [part, other] = [wholeOf(a, own), wholeOf(b, given)];
  const isPart = part === null || part === other;
  return a.value === b.value && a.bound === b.bound && isUnit && isPart;
}

/**
 * Whether a sentence leaves out figures or many words of a clause that it tells: "the fee" of "half of the fee".
 * @param from where the quote begins in the source
 * @param to where it ends
 */
function leavesOut(own: readonly Token[], source: readonly Token[], from: number, to: number): boolean {
  const stems = new Set(own.map(({ stem }) => stem));
  const values = new Set(quantitiesOf(own).map(({ value }) => value));
  const content = contentOf(source);
  const quotedClauses = new Set(source.slice(from, to).map(({ clause }) => clause));
  const figures = quantitiesOf(source);
  return [...quotedClauses].some((clause) => {
    const words = content.filter((token) => token.clause === clause);
    const leftOut = words.filter(({ stem }) => !stems.has(stem));
    if (leftOut.length === words.length) return false;
    const isFigureLeftOut = figures.some(
      ({ from, value }) => source[from]?.clause === clause && !values.has(value),
    );
    const isMuch = leftOut.length > 1 && leftOut.length > MOST_LEFT_OUT * words.length;
    return isFigureLeftOut || isMuch || leftOut.some(isDenial);
  });
}

/**
 * Whether the words beside a figure belong to another figure of the source: "settled within two days" of "acknowledged
 * within two days and settled within fifteen".
 */
function isOfAnotherClause(
  { from }: Quantity,
  own: readonly Token[],
  same: readonly Quantity[],
  there: readonly Quantity[],
  given: readonly Token[],
): boolean {
  const clauseOf = (quantity: Quantity) => given[quantity.from]?.clause;
  const counting = new Set(there.map(clauseOf));
  if (counting.size < 2) return false;
  const right = new Set(same.map(clauseOf));
  const clausesWith = (stem: string) =>
    new Set(given.filter((token) => token.stem === stem).map(({ clause }) => clause));
  const clause = own[from]?.clause;
  return contentOf(own.filter((token) => token.clause === clause)).some(({ stem }) => {
    const clauses = clausesWith(stem);
    return clauses.size > 0 && [...clauses].every((one) => counting.has(one) && !right.has(one));
  });
}
