import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../../platform/database/index.ts';
import { countVectors, type SpaceRecord, vectorBytes } from './collection-store.ts';

/** An item and the cosine of its vector with the one that was asked for. */
export interface Near {
  id: string;
  similarity: number;
}

/** The vectors of one space at one revision. */
export interface VectorTable {
  nearest(vector: Float32Array, limit: number): Near[];
  /** Null for an item that has no vector. */
  similarity(vector: Float32Array, id: string): number | null;
}

interface Kept {
  revision: number;
  numbers: number;
  table: Promise<VectorTable | null>;
}

/** 64 MB: 160,000 static vectors, or 16,000 of 1,024 dimensions. */
const MOST_NUMBERS = 16 * 1024 * 1024;
const PAGE = 1_000;

/**
 * Vectors kept in this process, for databases that cannot compare them fast. A space is read again when its revision
 * has changed; what was used longest ago makes room.
 * @param mostNumbers of all vectors together
 */
export function createVectorMemory(database: Database, mostNumbers = MOST_NUMBERS) {
  const kept = new Map<string, Kept>();

  async function read(
    tenantId: string,
    { id, dimensions }: SpaceRecord,
    count: number,
  ): Promise<VectorTable> {
    const ids: string[] = [];
    const pieces: Float32Array[] = [];
    for (let after: string | null = null; ; ) {
      const rows = await database.withTenant(tenantId, (transaction) =>
        vectorBytes(transaction, id, after, PAGE),
      );
      const last = rows.at(-1);
      if (!last) break;
      const piece = new Float32Array(rows.length * dimensions);
      for (const [index, { item_id, bytes }] of rows.entries()) {
        ids.push(item_id);
        fill(piece, index * dimensions, bytes, dimensions);
      }
      pieces.push(piece);
      after = last.item_id;
      if (ids.length > 2 * count + PAGE) break;
      await nextTurn();
    }
    const numbers = new Float32Array(ids.length * dimensions);
    let at = 0;
    for (const piece of pieces) {
      numbers.set(piece, at);
      at += piece.length;
    }
    return tableOf(ids, numbers, dimensions);
  }

  /** Forgets what was used longest ago until the rest has room. */
  function makeRoom(): void {
    let total = [...kept.values()].reduce((sum, { numbers }) => sum + numbers, 0);
    for (const [key, { numbers }] of kept) {
      if (total <= mostNumbers) return;
      kept.delete(key);
      total -= numbers;
    }
  }

  return {
    /** The vectors of a space; null when they are too many to be kept. */
    open: async (tenantId: string, space: SpaceRecord): Promise<VectorTable | null> => {
      const key = `${tenantId} ${space.id}`;
      const known = kept.get(key);
      kept.delete(key);
      if (known?.revision === space.revision) {
        kept.set(key, known);
        return known.table;
      }
      const count = database.withTenant(tenantId, (transaction) => countVectors(transaction, space.id));
      const entry: Kept = {
        revision: space.revision,
        numbers: 0,
        table: count.then((items) => {
          if (items * space.dimensions > mostNumbers) return null;
          entry.numbers = items * space.dimensions;
          makeRoom();
          return read(tenantId, space, items);
        }),
      };
      kept.set(key, entry);
      entry.table.catch(() => {
        if (kept.get(key) === entry) kept.delete(key);
      });
      return entry.table;
    },
  };
}

function tableOf(ids: readonly string[], numbers: Float32Array, dimensions: number): VectorTable {
  const places = new Map(ids.map((id, place) => [id, place]));
  const similarityAt = (vector: Float32Array, place: number) => {
    let sum = 0;
    for (let i = 0, at = place * dimensions; i < dimensions; i++, at++)
      sum += (numbers[at] as number) * (vector[i] as number);
    return sum;
  };
  return {
    nearest: (vector, limit) => {
      const all = Float32Array.from(ids, (_, place) => similarityAt(vector, place));
      const least = all.length > limit ? (all.toSorted().at(-limit) as number) : Number.NEGATIVE_INFINITY;
      return ids
        .flatMap((id, place) => {
          const similarity = all[place] as number;
          return similarity >= least ? [{ id, similarity }] : [];
        })
        .toSorted((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1))
        .slice(0, limit);
    },
    similarity: (vector, id) => {
      const place = places.get(id);
      return place === undefined ? null : similarityAt(vector, place);
    },
  };
}

/** Where numbers begin in PostgreSQL's binary form of an array of one dimension, and how far apart they are. */
const HEADER = 20;
const STRIDE = 8;

/** @see https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c array_send */
function fill(target: Float32Array, at: number, bytes: Uint8Array, dimensions: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < dimensions; i++) target[at + i] = view.getFloat32(HEADER + i * STRIDE + 4);
}
