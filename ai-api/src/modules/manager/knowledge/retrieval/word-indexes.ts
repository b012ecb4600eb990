import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../../../../platform/database/index.ts';
import { passagesOfDocuments, type SearchedDocument, searchedDocuments } from '../store.ts';
import { createWordIndex, type WordIndex } from './word-index.ts';

interface Kept {
  /** Of the documents when they were read. */
  revision: string | null;
  index: WordIndex | null;
  /** The reading that goes on. */
  reading: Promise<void> | null;
}

/** Passages of one company that are kept in memory at most: text search by the database is slower, but has no bound. */
const MAX_PASSAGES = 100_000;
/** Words in passages, of one company and of all together: about 10 bytes each. */
const MAX_PER_INDEX = 6_000_000;
const MAX_IN_TOTAL = 12_000_000;
/** Passages that are read at once; between them other requests have their turn. */
const PIECE = 200;

const keyOf = ({ id, version, title }: SearchedDocument) => `${id} ${version} ${title}`;

/**
 * An index of words for each company, in this process. Only documents that have changed are read again; what was used
 * longest ago makes room.
 */
export function createWordIndexes(
  database: Database,
  {
    mostPassages = MAX_PASSAGES,
    mostOfAll = MAX_IN_TOTAL,
  }: { mostPassages?: number; mostOfAll?: number } = {},
) {
  const kept = new Map<string, Kept>();

  async function read(tenantId: string, index: WordIndex): Promise<WordIndex | null> {
    const documents = await database.withTenant(tenantId, searchedDocuments);
    if (documents.reduce((sum, { passages }) => sum + passages, 0) > mostPassages) return null;
    const wanted = new Map(documents.map((document) => [keyOf(document), document]));
    const known = new Set(index.keys());
    for (const key of known) if (!wanted.has(key)) index.remove(key);
    for (const piece of piecesOf([...wanted.values()].filter((document) => !known.has(keyOf(document))))) {
      const passages = await database.withTenant(tenantId, (transaction) =>
        passagesOfDocuments(
          transaction,
          piece.map(({ id }) => id),
        ),
      );
      const byDocument = Map.groupBy(passages, ({ document_id, version }) => `${document_id} ${version}`);
      for (const document of piece) {
        const own = byDocument.get(`${document.id} ${document.version}`) ?? [];
        for (let at = 0; at < own.length; at += PIECE) {
          index.add(keyOf(document), document.folder, document.title, own.slice(at, at + PIECE));
          await nextTurn();
        }
        if (index.size() > MAX_PER_INDEX) return null;
      }
    }
    return index;
  }

  async function renew(tenantId: string, entry: Kept, revision: string): Promise<void> {
    entry.revision = null;
    try {
      entry.index = await read(tenantId, entry.index ?? createWordIndex());
      entry.revision = revision;
      makeRoom();
    } finally {
      entry.reading = null;
    }
  }

  /** Forgets the companies that asked longest ago until the rest has room. */
  function makeRoom(): void {
    let total = [...kept.values()].reduce((sum, { index }) => sum + (index?.size() ?? 0), 0);
    for (const [tenantId, { index, revision }] of kept) {
      if (total <= mostOfAll) return;
      // One that is being read stays, or it would be read twice.
      if (revision === null) continue;
      kept.delete(tenantId);
      total -= index?.size() ?? 0;
    }
  }

  return {
    /**
     * The index of a company's documents as they are at `revision`; null when they are too many to be kept.
     */
    open: async (tenantId: string, revision: string): Promise<WordIndex | null> => {
      const entry: Kept = kept.get(tenantId) ?? { revision: null, index: null, reading: null };
      kept.delete(tenantId);
      kept.set(tenantId, entry);
      // A running read may have begun before this revision.
      if (entry.reading) await entry.reading.catch(() => null);
      if (entry.revision === revision) return entry.index;
      entry.reading ??= renew(tenantId, entry, revision);
      await entry.reading;
      return entry.index;
    },
  };
}

/** Documents together with about as many passages as are read at once. */
function piecesOf(documents: readonly SearchedDocument[]): SearchedDocument[][] {
  const pieces: SearchedDocument[][] = [];
  let size = PIECE;
  for (const document of documents) {
    if (size >= PIECE) {
      pieces.push([]);
      size = 0;
    }
    pieces.at(-1)?.push(document);
    size += document.passages;
  }
  return pieces;
}
