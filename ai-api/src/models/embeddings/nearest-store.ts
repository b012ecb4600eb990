import { type RawBuilder, sql } from 'kysely';
import { cosineDistance, toSql } from 'pgvector/kysely';
import type { TenantTransaction } from '../../platform/database/index.ts';
import type { SpaceRecord } from './collection-store.ts';

/** An item and the cosine of its vector with the one that was searched with, -1 to 1. */
export interface Near {
  id: string;
  similarity: number;
}

/** pgvector indexes vectors up to this length, and at half precision up to the next. */
const MAX_DIMENSIONS = { vector: 2_000, halfvec: 4_000 };
/** Up to so many vectors all are compared: that is exact, and as fast as the index. */
const MAX_EXACT = 2_000;
/** Of so many vectors the index looks at most before it gives up, for companies that have few among many. */
const MAX_SCANNED = 50_000;

/**
 * What the index of one size is made of; the column itself holds vectors of any size.
 * @returns null for a size that no index takes
 * @see https://github.com/pgvector/pgvector#can-i-store-vectors-with-different-dimensions-in-the-same-column
 */
export function indexedExpression(dimensions: number) {
  if (dimensions > MAX_DIMENSIONS.halfvec) return null;
  const name = dimensions > MAX_DIMENSIONS.vector ? 'halfvec' : 'vector';
  const type = sql.raw(`${name}(${dimensions})`);
  return { type, expression: sql`vector::${type}`, operators: `${name}_cosine_ops` };
}

/** The nearest items of a space by cosine, best first: exact in a small one, else by the index where there is one. */
export async function nearestItems(
  transaction: TenantTransaction,
  space: SpaceRecord,
  vector: Float32Array,
  limit: number,
  hasIndex: boolean,
): Promise<Near[]> {
  if (hasIndex && indexedExpression(space.dimensions) && (await isLarge(transaction, space))) {
    const found = await nearestByIndex(transaction, space, vector, limit);
    if (found.length === limit) return found;
  }
  return nearestOfAll(transaction, space, vector, limit);
}

async function isLarge(transaction: TenantTransaction, { id }: SpaceRecord): Promise<boolean> {
  const rows = await transaction
    .selectFrom('models.embeddings')
    .select('item_id')
    .where('space_id', '=', id)
    .offset(MAX_EXACT)
    .limit(1)
    .execute();
  return rows.length > 0;
}

/** All vectors of a space are compared. */
export function nearestOfAll(
  transaction: TenantTransaction,
  { id }: SpaceRecord,
  vector: Float32Array,
  limit: number,
): Promise<Near[]> {
  return similarities(
    transaction
      .selectFrom('models.embeddings')
      .select(['item_id as id', distanceTo(vector).as('distance')])
      .where('space_id', '=', id)
      .orderBy('distance')
      .orderBy('id')
      .limit(limit),
  );
}

/**
 * The nearest items by the index, which holds the vectors of all companies: it is scanned on until enough of this one
 * are found. Fewer than `limit` come back when it gave up before.
 * @see https://github.com/pgvector/pgvector#iterative-index-scans
 */
export async function nearestByIndex(
  transaction: TenantTransaction,
  { id, dimensions }: SpaceRecord,
  vector: Float32Array,
  limit: number,
): Promise<Near[]> {
  const indexed = indexedExpression(dimensions);
  if (!indexed) return [];
  await sql`
    select set_config('hnsw.iterative_scan', 'strict_order', true),
      set_config('hnsw.max_scan_tuples', ${String(MAX_SCANNED)}, true),
      set_config('hnsw.ef_search', ${String(Math.min(1000, Math.ceil(1.5 * limit)))}, true)`.execute(
    transaction,
  );
  return similarities(
    transaction
      .selectFrom('models.embeddings')
      .select(['item_id as id', distanceTo(vector).as('distance')])
      .where('space_id', '=', id)
      // The planner takes a partial index only when its condition is in the query literally.
      .where('dimensions', '=', sql.lit(dimensions))
      .orderBy(sql`${indexed.expression} <=> ${toSql([...vector])}::${indexed.type}`)
      .limit(limit),
  );
}

/** The cosine of known items, where they have a vector. */
export async function similaritiesOf(
  transaction: TenantTransaction,
  { id }: SpaceRecord,
  vector: Float32Array,
  items: readonly string[],
): Promise<Near[]> {
  if (items.length === 0) return [];
  return similarities(
    transaction
      .selectFrom('models.embeddings')
      .select(['item_id as id', distanceTo(vector).as('distance')])
      .where('space_id', '=', id)
      .where('item_id', 'in', items),
  );
}

const distanceTo = (vector: Float32Array) => cosineDistance('vector', [...vector]) as RawBuilder<number>;

/** A vector of length 0 has no angle to any other (NaN). */
async function similarities(query: {
  execute(): Promise<{ id: string; distance: number }[]>;
}): Promise<Near[]> {
  const rows = await query.execute();
  return rows
    .filter(({ distance }) => !Number.isNaN(distance))
    .map(({ id, distance }) => ({ id, similarity: 1 - distance }));
}
