import { openWordVectors, remembering } from '../../ai-api/src/models/embeddings/words.ts';
import {
  sentenceFeatures,
  windowFeatures,
} from '../../ai-api/src/modules/manager/approvals/plain-account/features.ts';
import type { Weights } from '../../ai-api/src/modules/manager/approvals/plain-account/reader.ts';
import {
  sentencesOf,
  WINDOW,
  windowsOf,
} from '../../ai-api/src/modules/manager/approvals/plain-account/sentences.ts';
import { createRandom } from '../../examples/company/random.ts';
import { fitLogistic, type Row } from './fit.ts';
import { type Example, SEED } from './texts.ts';

/**
 * So that in the cross-validation that `scripts/train-account-reader.ts` prints, under 2 % of the texts to the judge are
 * let through that hide in an account and whose line was not learnt. Higher ones leave more honest accounts to people.
 */
export const MARGINS = { sentence: 1.25, window: -0.25 };
const JOINERS = [[], ['and'], ['because'], ['so']] as const;
const DECIMALS = 3;

/** A text in the numbers that are learnt from. */
export interface Learnable extends Example {
  sentences: string[][];
  rows: { sentence: Row[]; window: Row[] };
}

/**
 * Reads examples; those that no classifier sees, because they have other signs or are not English, are left out.
 * Texts to the judge are learnt within accounts too, as words in the middle of a sentence.
 */
export async function readExamples(examples: readonly Example[]): Promise<Learnable[]> {
  const vectors = remembering(await openWordVectors());
  const isKnown = (word: string) => vectors.vectorOf(word) !== undefined;
  const read = examples.flatMap((example) => {
    const sentences = sentencesOf(example.text, isKnown);
    return typeof sentences === 'string' ? [] : [{ ...example, sentences }];
  });
  const hosts = read.filter(({ isAccount }) => isAccount).flatMap(({ sentences }) => sentences);
  return read.map((example) => {
    const { sentences, isAccount, text } = example;
    const windows = isAccount
      ? sentences.flatMap(windowsOf)
      : sentences.flatMap((words) => [...windowsOf(words), ...hidden(words, hosts, text)]);
    return {
      ...example,
      rows: {
        sentence: sentences.map((words) => ({ x: sentenceFeatures(words, vectors), isAccount })),
        window: windows.map((words) => ({ x: windowFeatures(words, vectors), isAccount })),
      },
    };
  });
}

/** Windows over words to the judge between words of accounts, of which nearly all are to the judge. */
function hidden(words: readonly string[], hosts: readonly string[][], text: string): string[][] {
  const random = createRandom(SEED, 'hidden', text);
  const before = [...random.pick(hosts).slice(-2), ...random.pick(JOINERS)];
  const all = [...before, ...words, ...random.pick(hosts).slice(0, 1)];
  const end = before.length + words.length;
  return windowsOf(all).filter(
    (_, from) =>
      Math.min(from + WINDOW, end) - Math.max(from, before.length) >= Math.min(words.length, WINDOW - 1),
  );
}

/** Learns both classifiers. */
export function learn(examples: readonly Learnable[]): Weights {
  const round = (weights: readonly number[]) =>
    weights.map((weight) => Number(weight.toFixed(DECIMALS)) || 0);
  return {
    sentence: round(fitLogistic(examples.flatMap(({ rows }) => rows.sentence))),
    window: round(fitLogistic(examples.flatMap(({ rows }) => rows.window))),
    margins: MARGINS,
  };
}
