import { rankScore } from '../../../../models/embeddings/rank-fusion.ts';
import type { SearchedPassage } from '../store.ts';

export interface FoundPassage extends SearchedPassage {
  /** Comparable within one search only. */
  score: number;
  /** Share of the question's words that it has, 0 to 1. */
  share: number;
  /** How much of the question it covers, 0 to 1, by words and words of near meaning. */
  coverage: number;
  /** How far words of the question are from all that was found; the same for each passage of a search. */
  strangeness: number;
  /** Of the vectors; null when meaning was not compared. */
  similarity: number | null;
}

/** Whose vectors were compared. */
export type Meaning = 'static' | 'embedder' | 'none';

/** What the similarity of static vectors counts beside the coverage. */
const STATIC_WEIGHT = 0.5;

type Unscored = Omit<FoundPassage, 'score'>;

/**
 * Joins what words and vectors say, best first. With static vectors both are numbers of one kind, and their weights
 * were fitted; what an embedder's similarities are worth differs from model to model, so that only ranks count.
 * @see Cormack, Clarke & Büttcher (2009), Reciprocal rank fusion outperforms Condorcet, SIGIR
 */
export function fused(passages: readonly Unscored[], meaning: Meaning): FoundPassage[] {
  const scored =
    meaning === 'embedder'
      ? byRanks(passages)
      : passages.map((passage) => ({ ...passage, score: fitOf(passage) }));
  return scored.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

function byRanks(passages: readonly Unscored[]): FoundPassage[] {
  const rankOf = (value: (passage: Unscored) => number) => {
    const sorted = passages.toSorted((a, b) => value(b) - value(a));
    return new Map(sorted.map((passage, index) => [passage, index + 1]));
  };
  const byCoverage = rankOf(({ coverage }) => coverage);
  const bySimilarity = rankOf(({ similarity }) => similarity ?? -1);
  return passages.map((passage) => ({
    ...passage,
    score: [byCoverage, bySimilarity].reduce((sum, ranks) => sum + rankScore(ranks.get(passage) ?? 0), 0),
  }));
}

const fitOf = ({ coverage, similarity }: Unscored) => coverage + STATIC_WEIGHT * Math.max(0, similarity ?? 0);

/** What a passage is found for: a model reads it and may say nothing, or a person is shown it as the answer. */
export type Use = 'read' | 'shown';

/**
 * Fitted on the development half of the questions in `bench/retrieval`, with as many that no policy answers and those
 * that are about something else. A model says nothing to these by itself.
 */
const MIN_FIT: Record<Use, number> = { read: 0.55, shown: 0.59 };
const STRANGENESS_WEIGHT: Record<Use, number> = { read: 0, shown: 0.25 };
/** Without fitted vectors few passages cover so much of a question about something else. */
const MIN_COVERAGE: Record<Use, number> = { read: 0.3, shown: 0.5 };
/** Of an embedder without measurements; only what is near by any of them. */
const MIN_SIMILARITY = 0.55;

/** Whether a passage says enough about a question, so that it is not better said that the policies do not say. */
export function isFit(passage: Unscored, meaning: Meaning, use: Use): boolean {
  if (meaning === 'static')
    return fitOf(passage) - STRANGENESS_WEIGHT[use] * passage.strangeness >= MIN_FIT[use];
  const { coverage, similarity } = passage;
  return coverage >= MIN_COVERAGE[use] || (similarity ?? 0) >= MIN_SIMILARITY;
}
