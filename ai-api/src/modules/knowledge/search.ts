import { ModelError } from '../../models/chat.ts';
import type { Collections } from '../../models/embeddings/collections.ts';
import type { Database } from '../../platform/database/index.ts';
import { type Folder, findByWords, passagesByIds, type SearchedPassage } from './store.ts';

/** Name of the collection of vectors. */
export const COLLECTION = 'policies';

export interface FoundPassage extends SearchedPassage {
  score: number;
  /** Share of the question's words that it has, 0 to 1. */
  share: number;
  similarity: number | null;
}

export interface SearchResult {
  passages: FoundPassage[];
  /** What meaning was compared with, or why it was not. */
  meaning: string;
}

/** Candidates of each side. */
const CANDIDATES = 40;
/** Of reciprocal rank fusion: how little the difference between the first ranks counts. */
const RRF_K = 60;
/** A question of which so many words stand in one passage is answered by words; meaning only breaks ties. */
const STRONG_SHARE = 0.6;
const WEAK_MEANING = 0.3;
/** Where no passage has more of a question's words than this, words say little about it. */
const WEAK_SHARE = 0.34;
const WEAK_WORDS = 0.3;

/**
 * Hybrid search: full text with OR semantics and nearness of meaning, fused by their ranks. Where words match
 * strongly, meaning counts less: static word vectors alone are the weaker judge.
 * @see Cormack, Clarke & Büttcher (2009), Reciprocal rank fusion outperforms Condorcet, SIGIR
 */
export async function searchPassages(
  database: Database,
  collections: Collections,
  tenantId: string,
  query: string,
  options: {
    folder?: Folder | undefined;
    by: 'words' | 'meaning' | 'both';
    limit: number;
    signal?: AbortSignal;
  },
): Promise<SearchResult> {
  const { folder, by, limit, signal } = options;
  const byWords =
    by === 'meaning'
      ? []
      : await database.withTenant(tenantId, (transaction) =>
          findByWords(transaction, query, folder, Math.max(CANDIDATES, limit)),
        );
  const near = by === 'words' ? null : await nearest(collections, tenantId, query, signal);
  const similarities = new Map(near?.items.map(({ id, similarity }) => [id, similarity]) ?? []);
  const unread = [...similarities.keys()].filter((id) => !byWords.some((passage) => passage.id === id));
  const others = await database.withTenant(tenantId, (transaction) =>
    passagesByIds(transaction, unread, folder),
  );
  const strongest = Math.max(0, ...byWords.map(({ share }) => share));
  const weights = weightsOf(by, strongest);
  const known = new Map<string, FoundPassage>();
  const add = (passage: SearchedPassage & { share?: number }, rank: number, times: number) => {
    const found = known.get(passage.id) ?? {
      ...passage,
      share: passage.share ?? 0,
      similarity: similarities.get(passage.id) ?? null,
      score: 0,
    };
    found.score += times / (RRF_K + rank);
    known.set(passage.id, found);
  };
  for (const [index, passage] of byWords.entries()) add(passage, index + 1, weights.words);
  for (const [index, id] of [...similarities.keys()].entries()) {
    const passage = known.get(id) ?? others.get(id);
    if (passage) add(passage, index + 1, weights.meaning);
  }
  const passages = [...known.values()].toSorted((a, b) => b.score - a.score).slice(0, limit);
  return { passages, meaning: near?.told ?? 'Meaning was not asked for.' };
}

/** How much the ranks of each side count, by how well words match at best. */
function weightsOf(by: 'words' | 'meaning' | 'both', strongest: number): { words: number; meaning: number } {
  if (by !== 'both') return { words: 1, meaning: 1 };
  if (strongest >= STRONG_SHARE) return { words: 1, meaning: WEAK_MEANING };
  return { words: strongest <= WEAK_SHARE ? WEAK_WORDS : 1, meaning: 1 };
}

/** Without an embedder that answers, words alone are searched, and that is said. */
async function nearest(collections: Collections, tenantId: string, query: string, signal?: AbortSignal) {
  try {
    const items = await collections.search(tenantId, COLLECTION, query, CANDIDATES, signal);
    return {
      items,
      told: items.length > 0 ? 'Meaning was compared.' : 'Nothing has a meaning to compare yet.',
    };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { items: [], told: `Meaning was not compared: ${error.message}` };
  }
}
