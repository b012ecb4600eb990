import { rankScore } from '../../../models/embeddings/rank-fusion.ts';

/** A passage that one leg found, best first in its list. */
export interface LegHit {
  passageId: string;
  conversationId: string;
  /** Of the leg: weighted words, or the cosine of the vectors. */
  score: number;
}

/** Where a leg has a conversation, by its best passage. */
export interface Ranked extends LegHit {
  rank: number;
}

export interface FusedHit {
  conversationId: string;
  /** The passage that the better leg found. */
  passageId: string;
  score: number;
  words: Ranked | null;
  meaning: Ranked | null;
}

/**
 * Joins the two legs by weighted reciprocal ranks, one hit for each conversation.
 * @param alpha the weight of meaning, 0 to 1; of words it is the rest
 */
export function fuse(words: readonly LegHit[], meaning: readonly LegHit[], alpha: number): FusedHit[] {
  const byWords = bestByConversation(words);
  const byMeaning = bestByConversation(meaning);
  const ids = new Set([...byWords.keys(), ...byMeaning.keys()]);
  return [...ids]
    .map((conversationId): FusedHit => {
      const [word, near] = [byWords.get(conversationId) ?? null, byMeaning.get(conversationId) ?? null];
      const wordScore = word ? (1 - alpha) * rankScore(word.rank) : 0;
      const nearScore = near ? alpha * rankScore(near.rank) : 0;
      const best = (nearScore > wordScore ? near : word) ?? near;
      return {
        conversationId,
        passageId: best?.passageId ?? '',
        score: wordScore + nearScore,
        words: word,
        meaning: near,
      };
    })
    .toSorted(byScore);
}

/** Best first; the id decides between equals, so that pages never overlap. */
function byScore(a: Position, b: Position): number {
  return b.score - a.score || (a.conversationId < b.conversationId ? -1 : 1);
}

/** Where a page ends. */
export interface Position {
  score: number;
  conversationId: string;
}

/** The hits of a window that follow a position. */
export function after<Hit extends Position>(hits: readonly Hit[], position: Position | null): Hit[] {
  return position === null ? [...hits] : hits.filter((hit) => byScore(position, hit) < 0);
}

function bestByConversation(hits: readonly LegHit[]): Map<string, Ranked> {
  const best = new Map<string, Ranked>();
  for (const hit of hits)
    if (!best.has(hit.conversationId)) best.set(hit.conversationId, { ...hit, rank: best.size + 1 });
  return best;
}
