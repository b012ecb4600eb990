import { openWordVectors, remembering } from '../../../../models/embeddings/words.ts';
import { sentenceFeatures, windowFeatures } from './features.ts';
import { type Obstacle, sentencesOf, windowsOf } from './sentences.ts';

/** What `scripts/train-account-reader.ts` learns. */
export interface Weights {
  sentence: readonly number[];
  window: readonly number[];
  /** What scores below these is no clear account. */
  margins: { sentence: number; window: number };
}

/** How clearly the sentence that is the least like an account of work is one; above 0 it is clear. */
export interface Reading {
  clarity: number;
  /** Which sentence, from 1. */
  sentence: number;
}

export type ReadAccount = (text: string) => Reading | Obstacle;

/**
 * Reads whether every sentence, and every few words in a row, are like accounts of work: two linear classifiers over
 * static word vectors, on this machine, so that nobody can talk it over. Takes time in proportion to the text.
 */
export async function openAccountReader({ sentence, window, margins }: Weights): Promise<ReadAccount> {
  const words = await openWordVectors();
  return (text) => {
    const vectors = remembering(words);
    const sentences = sentencesOf(text, (word) => vectors.vectorOf(word) !== undefined);
    if (typeof sentences === 'string') return sentences;
    const readings = sentences.map((words, index): Reading => {
      const whole = product(sentence, sentenceFeatures(words, vectors)) - margins.sentence;
      const parts = windowsOf(words).map(
        (part) => product(window, windowFeatures(part, vectors)) - margins.window,
      );
      return { clarity: Math.min(whole, ...parts), sentence: index + 1 };
    });
    return readings.reduce((least, reading) => (reading.clarity < least.clarity ? reading : least));
  };
}

function product(weights: readonly number[], x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (weights[i] as number) * (x[i] as number);
  return sum;
}
