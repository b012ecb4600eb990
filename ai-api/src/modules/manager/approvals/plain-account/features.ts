import type { WordVectors } from '../../../../models/embeddings/words.ts';
import { isNumber } from './sentences.ts';

/** Words that every sentence is held together by: who speaks to whom, about what is said, and how surely. */
const FUNCTION_WORDS =
  `i me my mine myself we us our he him his she her they them their it its this that these those such
who whom whose what which where when why how anybody everybody nobody everyone anyone whoever someone
the a an and or but so because if unless whether then than as
must should shall would could can may might will need ought let please
is are be been being am was were has have had do does did done
not no never nothing only just all any every each always already here there now very more most
of to in on at by with for from about before after until into up out`
    .trim()
    .split(/\s+/);
const PLACE = new Map(FUNCTION_WORDS.map((word, place) => [word, place]));

const IRREGULAR_PAST = new Set(
  `became began bent bound broke brought built bought caught chose came cut dealt did dug drew drove ate fed fell felt found
flew forgot froze gave ground grew had hung heard held hurt kept knew laid led left lent lit lost made meant met paid put ran
rang read rebuilt rode rose said sat saw sent set sewed shook shot showed shut slept sold sought spent split spoke spread
stood stuck struck swam swept swung taught thought threw told took understood was were wore withdrew won wound woke wrote`.split(
    /\s+/,
  ),
);
const SHAPES = 8;
/** The first word tells the form of a sentence, the mean of the others what it is about: both weigh much. */
const MEAN_SCALE = 3;
const FIRST_SCALE = 2;

/**
 * What is known of a whole sentence: the mean of what its words mean, what the first one means, which function words
 * are there, and forms. The last number is 1, for the bias.
 */
export function sentenceFeatures(words: readonly string[], vectors: WordVectors): Float64Array {
  const folded = fold(words);
  const { dimensions, vectorOf } = vectors;
  const x = new Float64Array(2 * dimensions + FUNCTION_WORDS.length + SHAPES + 1);
  addMeaning(x, folded, vectors);
  const first = vectorOf(folded[0] ?? '');
  if (first) add(x, x.length - dimensions - 1, first, FIRST_SCALE);
  x.set(shapesOf(words, folded), dimensions + FUNCTION_WORDS.length);
  return x;
}

/** What is known of some words within a sentence: what they mean, function words and the past tense. Ends with 1. */
export function windowFeatures(words: readonly string[], vectors: WordVectors): Float64Array {
  const folded = fold(words);
  const x = new Float64Array(vectors.dimensions + FUNCTION_WORDS.length + 2);
  addMeaning(x, folded, vectors);
  x[x.length - 2] = Number(folded.some(isPast));
  return x;
}

const fold = (words: readonly string[]) => words.map((word) => word.toLowerCase().replaceAll('’', "'"));

function addMeaning(x: Float64Array, folded: readonly string[], { dimensions, vectorOf }: WordVectors): void {
  const content = folded.filter((word) => !PLACE.has(word) && !isNumber(word)).map(vectorOf);
  const known = content.filter((vector) => vector !== undefined);
  for (const vector of known) add(x, 0, vector, MEAN_SCALE / known.length);
  for (const word of folded) {
    const place = PLACE.get(word);
    if (place !== undefined) x[dimensions + place] = 1;
  }
  x[x.length - 1] = 1;
}

function add(x: Float64Array, from: number, vector: Float32Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) {
    x[from + i] = (x[from + i] as number) + (vector[i] as number) * factor;
  }
}

const isPast = (word: string) => /.ed$/.test(word) || IRREGULAR_PAST.has(word);

function shapesOf(words: readonly string[], folded: readonly string[]): number[] {
  const first = folded[0] ?? '';
  const shapes = [
    isPast(first),
    first.endsWith('ing'),
    folded.some(isPast),
    folded.some((word) => word.length > 4 && word.endsWith('ing')),
    folded.some(isNumber),
    words.slice(1).some((word) => /^\p{Lu}\p{L}/u.test(word)),
    words.length <= 3,
  ];
  return [...shapes.map(Number), Math.min(2, words.length / 8)];
}
