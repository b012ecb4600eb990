import { ModelError } from '../../../models/chat.ts';
import type { Collections, Found } from '../../../models/embeddings/collections.ts';
import type { Database } from '../../../platform/database/index.ts';
import { contentWordsOf, stemOf } from '../../../platform/text/words.ts';
import { coverageOf } from './retrieval/coverage.ts';
import { type FoundPassage, fused, type Meaning } from './retrieval/fusion.ts';
import type { WordIndex } from './retrieval/word-index.ts';
import type { createWordIndexes } from './retrieval/word-indexes.ts';
import { type Folder, findByWords, passagesByIds, revisionOf } from './store.ts';

/** Name of the collection of vectors. */
export const COLLECTION = 'policies';

export interface SearchResult {
  passages: FoundPassage[];
  compared: Meaning;
  /** What meaning was compared with, or why it was not. */
  meaning: string;
  /** Whether an embedder that did not answer made it worse than it will be. */
  isPoorer: boolean;
}

export interface SearchOptions {
  folder?: Folder | undefined;
  by: 'words' | 'meaning' | 'both';
  limit: number;
  /** Of the documents, when it is known already. */
  revision?: string;
  signal?: AbortSignal;
}

export interface SearchSetup {
  database: Database;
  collections: Collections;
  wordIndexes: ReturnType<typeof createWordIndexes>;
}

/** Candidates of each side. */
const CANDIDATES = 24;

/**
 * Hybrid search: the best by words (BM25) and the nearest in meaning are candidates, and are ordered by how much of the
 * question each covers and how near it is.
 */
export async function searchPassages(
  { database, collections, wordIndexes }: SearchSetup,
  tenantId: string,
  query: string,
  { folder, by, limit, revision, signal }: SearchOptions,
): Promise<SearchResult> {
  const index = await wordIndexes.open(
    tenantId,
    revision ?? (await database.withTenant(tenantId, revisionOf)),
  );
  const most = Math.max(CANDIDATES, limit);
  const stems = contentWordsOf(query).map(stemOf);
  const byWords = index
    ? index.search(stems, folder, most)
    : await database.withTenant(tenantId, (transaction) => findByWords(transaction, query, folder, most));
  const words = new Map((by === 'meaning' ? [] : byWords).map((found) => [found.id, found]));
  const near =
    by === 'words'
      ? { found: NOTHING, told: 'Meaning was not asked for.', isPoorer: false }
      : await nearest(collections, tenantId, query, most, [...words.keys()], signal);
  const similarities = new Map(
    [...near.found.nearest, ...near.found.also].map(({ id, similarity }) => [id, similarity]),
  );
  const ids = [...new Set([...words.keys(), ...similarities.keys()])];
  const read = await database.withTenant(tenantId, (transaction) => passagesByIds(transaction, ids, folder));
  const compared: Meaning =
    similarities.size === 0 ? 'none' : near.found.provider === 'static' ? 'static' : 'embedder';
  const candidates = ids.flatMap((id) => read.get(id) ?? []);
  const { shares, strangeness } = await coverageOf(query, candidates, rarityIn(index));
  const passages = candidates.map((passage, place) => ({
    ...passage,
    score: 0,
    share: words.get(passage.id)?.share ?? 0,
    coverage: shares[place] ?? 0,
    strangeness,
    similarity: similarities.get(passage.id) ?? null,
  }));
  const ranked = by === 'both' ? fused(passages, compared) : oneSided(passages, words, by);
  return { passages: ranked.slice(0, limit), compared, meaning: near.told, isPoorer: near.isPoorer };
}

function oneSided(
  passages: readonly FoundPassage[],
  words: ReadonlyMap<string, { score: number }>,
  by: 'words' | 'meaning',
): FoundPassage[] {
  return passages
    .map((passage) => ({
      ...passage,
      score: by === 'words' ? (words.get(passage.id)?.score ?? 0) : (passage.similarity ?? 0),
    }))
    .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

/** Without an index, all words say the same. */
const rarityIn = (index: WordIndex | null) => index?.rarity ?? (() => 1);

const NO_PGVECTOR = 'Meaning was not compared: the database does not have pgvector.';
const NOTHING: Found = { provider: null, nearest: [], also: [] };

/** Without an embedder that answers, words alone are searched, and the response says so. */
async function nearest(
  collections: Collections,
  tenantId: string,
  query: string,
  limit: number,
  also: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ found: Found; told: string; isPoorer: boolean }> {
  if (collections.engine === 'none') return { found: NOTHING, told: NO_PGVECTOR, isPoorer: false };
  try {
    const found = await collections.search(tenantId, COLLECTION, query, limit, { also, signal });
    const told = found.nearest.length > 0 ? 'Meaning was compared.' : 'Nothing has a meaning to compare yet.';
    return { found, told, isPoorer: false };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { found: NOTHING, told: `Meaning was not compared: ${error.message}`, isPoorer: true };
  }
}
