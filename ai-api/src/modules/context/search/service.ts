import { ModelError } from '../../../models/chat.ts';
import type { Collections } from '../../../models/embeddings/collections.ts';
import type { Near } from '../../../models/embeddings/nearest-store.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type FusedHit, fuse, type LegHit } from './fusion.ts';
import { type PassageMessage, passagesOf } from './passages.ts';
import { parseQuery, type Query } from './query.ts';
import {
  conversationsOf,
  deletePassages,
  type Filter,
  findsParts,
  type PassageText,
  passageIds,
  passageItems,
  passagesIn,
  passageTexts,
  savePassages,
  storedDigests,
  visiblePassages,
  wordHits,
} from './store.ts';

/** Name of the collection of vectors. */
export const COLLECTION = 'conversations';

/** Passages of each leg that are ranked: pages lie within them. */
const WINDOW = 200;
/** Passages that words choose at most, before they are ranked. */
const MAX_CANDIDATES = 2_000;
/** Passages behind a filter up to which each of them is compared by meaning. */
const MAX_EXACT = 5_000;
/** Nearest passages that are looked through first, and at most, for those that a reader may see. */
const LOOKED_THROUGH = { first: 250, most: 2_000 };
/** Passages that are looked through for each conversation that is wanted. */
const PASSAGES_EACH = 5;
/** Passages that get their vectors in one call. */
const PAGE = 128;

export interface SearchRequest {
  text: string;
  /** The weight of meaning, 0 to 1. */
  alpha: number;
  /** Who searches: their own private conversations are found too. */
  reader: string;
  filter: Filter;
  signal?: AbortSignal | undefined;
}

/** One window of a search, best first. */
export interface SearchWindow {
  query: Query;
  hits: FusedHit[];
  /** What meaning was compared with, or why it was not. */
  meaning: string;
  /** Whether parts of names were searched, or why not. */
  names: string;
}

export type Search = ReturnType<typeof createSearch>;

/** Passages of conversations: made, stored, given vectors, and found by words and by meaning. */
export function createSearch({ database, collections }: { database: Database; collections: Collections }) {
  collections.define({ name: COLLECTION, texts: passageItems });
  /** Whether parts of names can be found, which does not change while a process runs. */
  let parts: boolean | undefined;

  async function byWords(
    tenantId: string,
    query: Query,
    { reader, filter }: SearchRequest,
  ): Promise<LegHit[]> {
    if (query.terms.length + query.commits.length === 0) return [];
    return database.withTenant(tenantId, (transaction) =>
      wordHits(transaction, query, reader, filter, { bound: MAX_CANDIDATES, limit: WINDOW }),
    );
  }

  /** By meaning: each passage behind a narrow filter is compared, else the nearest of all are looked through. */
  async function byMeaning(
    tenantId: string,
    query: Query,
    { reader, filter, signal }: SearchRequest,
  ): Promise<LegHit[]> {
    const visibleOf = async (nearest: readonly Near[]): Promise<LegHit[]> => {
      const near = nearest.toSorted((a, b) => b.similarity - a.similarity);
      const ids = near.map(({ id }) => id);
      const visible = await database.withTenant(tenantId, (transaction) =>
        visiblePassages(transaction, ids, reader, filter, query.phrases),
      );
      return near
        .flatMap(({ id, similarity }) => {
          const conversationId = visible.get(id);
          return conversationId ? [{ passageId: id, conversationId, score: similarity }] : [];
        })
        .slice(0, WINDOW);
    };
    const find = (limit: number, also: readonly string[] = []) =>
      collections.search(tenantId, COLLECTION, query.text, limit, { also, signal });

    const isFiltered = query.phrases.length > 0 || Object.values(filter).some((value) => value !== undefined);
    if (isFiltered) {
      const all = await database.withTenant(tenantId, (transaction) =>
        passagesIn(transaction, reader, filter, query.phrases, MAX_EXACT + 1),
      );
      if (all.length === 0) return [];
      if (all.length <= MAX_EXACT) return visibleOf((await find(1, all)).also);
    }
    const { first, most } = LOOKED_THROUGH;
    let limit = isFiltered ? most : first;
    for (;;) {
      const { nearest } = await find(limit);
      const hits = await visibleOf(nearest);
      // Most are another person's private ones: look further.
      if (hits.length >= WINDOW / 2 || nearest.length < limit || limit === most) return hits;
      limit = most;
    }
  }

  /** Without an embedder that answers, words alone are searched, and the response says so. */
  async function meaningLeg(
    tenantId: string,
    query: Query,
    request: SearchRequest,
  ): Promise<{ hits: LegHit[]; told: string; isAway: boolean }> {
    if (request.alpha === 0) return { hits: [], told: 'Only words were searched.', isAway: false };
    if (collections.engine === 'none')
      return {
        hits: [],
        told: 'Meaning was not compared: the database does not have pgvector.',
        isAway: true,
      };
    try {
      const hits = await byMeaning(tenantId, query, request);
      const told = hits.length > 0 ? 'Meaning was compared.' : 'Nothing has a meaning to compare.';
      return { hits, told, isAway: false };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return { hits: [], told: `Meaning was not compared: ${error.message}`, isAway: true };
    }
  }

  return {
    /**
     * Brings the stored passages of a conversation up to its messages.
     * @returns how many it has
     */
    save: async (
      transaction: TenantTransaction,
      conversation: { id: string; title: string },
      messages: readonly PassageMessage[],
    ): Promise<number> => {
      const passages = passagesOf(conversation, messages);
      const stored = await storedDigests(transaction, conversation.id);
      const kept = new Set(passages.map(({ id }) => id));
      const gone = [...stored.keys()].filter((id) => !kept.has(id));
      await deletePassages(transaction, gone);
      await collections.remove(transaction, COLLECTION, gone);
      await savePassages(
        transaction,
        conversation.id,
        passages.filter(({ id, digest }) => stored.get(id) !== digest),
      );
      return passages.length;
    },

    /** Forgets the vectors of conversations, in the transaction that deletes them. */
    forget: async (transaction: TenantTransaction, conversationIds: readonly string[]): Promise<void> =>
      collections.remove(transaction, COLLECTION, await passageIds(transaction, conversationIds)),

    /** Forgets the vectors of passages whose text has changed. */
    forgetVectors: async (
      transaction: TenantTransaction,
      table: string,
      ids: readonly string[],
    ): Promise<number> => {
      if (table !== 'context.passages') return 0;
      await collections.remove(transaction, COLLECTION, ids);
      return ids.length;
    },

    /**
     * Makes the vectors of a conversation's passages that are new or have changed.
     * @throws {ModelError}
     */
    embed: async (tenantId: string, conversationId: string, signal: AbortSignal): Promise<void> => {
      for (let after: string | null = null; ; ) {
        const from: string | null = after;
        const items: { id: string; text: string }[] = await database.withTenant(tenantId, (transaction) =>
          passageItems(transaction, from, PAGE, conversationId),
        );
        const last = items.at(-1);
        if (!last) return;
        await collections.put(tenantId, COLLECTION, items, signal);
        after = last.id;
      }
    },

    /**
     * The conversations whose passages are nearest in meaning to a text, best first; private ones are among them, so that
     * this is for facts and not for a reader. None without vectors.
     * @throws {ModelError} when the embedder does not answer
     */
    nearest: async (tenantId: string, text: string, limit: number): Promise<string[]> => {
      if (text.trim() === '') return [];
      const { nearest } = await collections.search(tenantId, COLLECTION, text, limit * PASSAGES_EACH);
      const near = nearest.toSorted((a, b) => b.similarity - a.similarity).map(({ id }) => id);
      const owners = await database.withTenant(tenantId, (transaction) => conversationsOf(transaction, near));
      return [...new Set(near.flatMap((id) => owners.get(id) ?? []))].slice(0, limit);
    },

    /** Whether vectors are made at all in this process. */
    hasVectors: collections.engine !== 'none',

    /** The window of a search: both legs at the same time, fused by rank. */
    find: async (tenantId: string, request: SearchRequest): Promise<SearchWindow> => {
      const query = parseQuery(request.text);
      const [words, near] = await Promise.all([
        request.alpha === 1 ? [] : byWords(tenantId, query, request),
        meaningLeg(tenantId, query, request),
      ]);
      parts ??= await database.withTenant(tenantId, findsParts);
      const instead = request.alpha === 1 && near.isAway;
      const found = instead ? await byWords(tenantId, query, request) : words;
      return {
        query,
        hits: fuse(found, near.hits, near.isAway ? 0 : request.alpha),
        meaning: near.told,
        names: parts
          ? 'Parts of names were searched.'
          : 'Parts of names were not searched: the database does not have pg_trgm.',
      };
    },

    texts: (tenantId: string, ids: readonly string[]): Promise<Map<string, PassageText>> =>
      database.withTenant(tenantId, (transaction) => passageTexts(transaction, ids)),
  };
}
