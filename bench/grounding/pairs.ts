import cases from './pairs.json' with { type: 'json' };

/** A sentence about a passage, with the words of it that it claims to rest on. */
export interface Pair {
  passage: string;
  quote: string;
  sentence: string;
  /** How it is false although its quote is genuine; null for a faithful one. */
  fault: string | null;
  /** Every second passage was kept aside while the checks were written; some were written after them, to break them. */
  written: string;
}

/** Sentences about invented rules; the quotes are genuine. */
export const PAIRS: readonly Pair[] = cases.flatMap(
  ({ passage, quote, written, faithful, false: faults }) => [
    ...faithful.map((sentence) => ({ passage, quote, sentence, fault: null, written })),
    ...faults.map(({ fault, sentence }) => ({ passage, quote, sentence, fault, written })),
  ],
);
