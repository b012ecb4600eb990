import type { Source } from './source.ts';
import { type Word, wordsOf } from './words.ts';

/**
 * How a sentence relates to its source: `agrees` says what that says; `differs` says it otherwise or says more;
 * `unrelated` shares fewer than half of its words with it.
 */
export type Agreement = 'agrees' | 'differs' | 'unrelated';

/** Of the words of a clause that is repeated, the share that may be left out: they could restrict it. */
const MAX_LEFT_OUT = 0.34;
/** Of the words of a sentence that is about the same as its source. */
const MIN_SHARED = 0.5;
/** These have to be on both sides or on neither. */
const ON_BOTH_SIDES = ['unless', 'if', 'may', 'should'];

/**
 * Compares a sentence with the words that it claims to rest on: each of its words has to be there, with the same
 * figures, bounds and units; what is denied, allowed, advised, excepted and conditional has to be so on both sides; and
 * of a clause that it repeats, figures and many words must not be left out. The order of words is not compared.
 * @param above headings and title of the passage, which its sentences need not repeat
 */
export function agreementOf(sentence: string, source: Source, above: readonly string[]): Agreement {
  const own = wordsOf(sentence);
  const told = wordsOf(source.told);
  const whole = wordsOf(source.sentences);
  const headings = above.flatMap(wordsOf);
  const known = stemsOf([...told, ...headings]);
  const content = own.filter(({ kind }) => kind === 'content');
  const agrees =
    content.length > 0 &&
    content.every(({ stem }) => known.has(stem)) &&
    figuresOf(own).every((figure) => figuresOf(told).some((other) => isSameFigure(figure, other))) &&
    operatorsAgree(own, whole) &&
    denialsAgree(own, whole) &&
    !leavesOut(own, whole, wordsOf(source.before).length, told.length);
  if (agrees) return 'agrees';
  const units = new Set(figuresOf(own).map(({ unit }) => unit));
  const named = content.filter(({ stem }) => !units.has(stem));
  const there = stemsOf([...whole, ...headings]);
  const shared = named.filter(({ stem }) => there.has(stem)).length;
  return named.length > 0 && shared >= MIN_SHARED * named.length ? 'differs' : 'unrelated';
}

const stemsOf = (words: readonly Word[]) => new Set(words.map(({ stem }) => stem));

interface Figure {
  value: string;
  bound: string | null;
  /** Stem of the word that follows; null where a clause ends or another kind of word follows. */
  unit: string | null;
  clause: number;
}

function figuresOf(words: readonly Word[]): Figure[] {
  return words.flatMap(({ text, kind, clause }, at) => {
    if (kind !== 'figure') return [];
    const [before, next] = [words[at - 1], words[at + 1]];
    const unit = next?.kind === 'content' && next.clause === clause ? next.stem : null;
    return { value: text, bound: before?.kind === 'bound' ? before.text : null, unit, clause };
  });
}

const isSameFigure = (a: Figure, b: Figure) =>
  a.value === b.value && a.bound === b.bound && (a.unit === b.unit || a.unit === null || b.unit === null);

function operatorsAgree(own: readonly Word[], source: readonly Word[]): boolean {
  const has = (words: readonly Word[], operator: string) =>
    words.some(({ kind, text }) => kind === 'operator' && text === operator);
  return (
    ON_BOTH_SIDES.every((operator) => has(own, operator) === has(source, operator)) &&
    // "Cash is never accepted" is about all of it.
    (!has(own, 'all') || has(source, 'all') || has(source, 'not'))
  );
}

/** What each denial of a text denies: the words that follow it in its clause. */
const denialsOf = (words: readonly Word[]) =>
  words.flatMap(({ kind, text, clause }, at) =>
    kind === 'operator' && text === 'not'
      ? [words.slice(at + 1).filter((word) => word.clause === clause && word.kind === 'content')]
      : [],
  );

/** What is denied on one side may be stated on the other only if it is denied there too. */
function denialsAgree(own: readonly Word[], source: readonly Word[]): boolean {
  const [asked, given] = [denialsOf(own), denialsOf(source)];
  const [denied, deniedThere] = [stemsOf(asked.flat()), stemsOf(given.flat())];
  const told = stemsOf(own);
  return (
    asked.every(([head]) => head !== undefined && deniedThere.has(head.stem)) &&
    given.every(
      ([head, ...rest]) =>
        !(head && told.has(head.stem) && !denied.has(head.stem)) &&
        !(asked.length === 0 && rest.some(({ stem }) => told.has(stem))),
    )
  );
}

/**
 * Whether a sentence leaves out figures or many words of a clause that it repeats: "the fee" of "half of the fee".
 * @param from where the quote begins in the source
 * @param to where it ends
 */
function leavesOut(own: readonly Word[], source: readonly Word[], from: number, to: number): boolean {
  const stems = stemsOf(own);
  const quoted = new Set(source.slice(from, to).map(({ clause }) => clause));
  return [...quoted].some((clause) => {
    const words = source.filter((word) => word.clause === clause && word.kind === 'content');
    const leftOut = words.filter(({ stem }) => !stems.has(stem));
    if (leftOut.length === words.length) return false;
    const figures = source.filter((word) => word.clause === clause && word.kind === 'figure');
    return figures.some(({ stem }) => !stems.has(stem)) || leftOut.length > MAX_LEFT_OUT * words.length;
  });
}
