import { setImmediate as nextTurn } from 'node:timers/promises';
import { ModelError } from '../../../models/chat.ts';
import type { Collections, Item } from '../../../models/embeddings/collections.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Passage } from './passages.ts';
import { COLLECTION } from './search.ts';
import { deleteVersionPassages, insertPassages } from './store.ts';

interface Stored {
  tenantId: string;
  documentId: string;
  version: number;
  title: string;
  passages: readonly Passage[];
  signal: AbortSignal;
}

/** Passages of one transaction: the embedded database works in this process, and others wait for it meanwhile. */
const PIECE = 50;

/**
 * Stores the passages of a version and their vectors piece by piece, so that a long document does not hold up the
 * requests of others. They are not searched before the document says so.
 * @returns why there are no vectors; null where there are
 */
export function createPassageStore(database: Database, collections: Collections) {
  return async ({
    tenantId,
    documentId,
    version,
    title,
    passages,
    signal,
  }: Stored): Promise<string | null> => {
    await database.withTenant(tenantId, async (transaction) => {
      const left = await deleteVersionPassages(transaction, documentId, version);
      await collections.remove(transaction, COLLECTION, left);
    });
    let failure: string | null = null;
    for (let at = 0; at < passages.length; at += PIECE) {
      signal.throwIfAborted();
      const piece = passages.slice(at, at + PIECE);
      const items = await database.withTenant(tenantId, (transaction) =>
        insertPassages(transaction, { documentId, version, title, first: at }, piece),
      );
      await nextTurn();
      failure ??= await embed(tenantId, items, signal);
      await nextTurn();
    }
    return failure;
  };

  async function embed(
    tenantId: string,
    items: readonly Item[],
    signal: AbortSignal,
  ): Promise<string | null> {
    try {
      await collections.put(tenantId, COLLECTION, items, signal);
      return null;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return `Found by words only: ${error.message}`;
    }
  }
}
