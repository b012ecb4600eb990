import { sql } from 'kysely';
import type { TenantTransaction } from '../../platform/database/index.ts';
import type { SpaceRecord } from './collection-store.ts';
import type { Near } from './vector-memory.ts';

/** What the database can compare vectors with. */
export interface VectorFeatures {
  /** pgvector; else plain SQL. */
  pgvector: boolean;
  /** Sizes of vectors that have an index. */
  indexed: readonly number[];
}

export async function vectorFeatures(transaction: TenantTransaction): Promise<VectorFeatures> {
  const { rows } = await sql<{ pgvector: boolean; indexed: number[] }>`
    select to_regtype('public.vector') is not null as pgvector, array(
      select substring(indexname from 'embeddings_hnsw_(\\d+)')::int from pg_indexes
      where schemaname = 'models' and indexname like 'embeddings\\_hnsw\\_%') as indexed`.execute(
    transaction,
  );
  return rows[0] ?? { pgvector: false, indexed: [] };
}

const arrayOf = (vector: Float32Array) => `{${vector.join(',')}}`;

function similarityTo(vector: Float32Array, { pgvector }: VectorFeatures) {
  return pgvector
    ? sql`-(vector::vector <#> ${arrayOf(vector)}::real[]::vector)`
    : sql`(select sum(a * b) from unnest(vector, ${arrayOf(vector)}::real[]) as pair (a, b))`;
}

/** The nearest items by cosine, which for vectors of length 1 is their product: all of a space are compared. */
export async function nearestOfAll(
  transaction: TenantTransaction,
  { id }: SpaceRecord,
  vector: Float32Array,
  limit: number,
  features: VectorFeatures,
): Promise<Near[]> {
  const { rows } = await sql<Near>`
    select item_id as id, ${similarityTo(vector, features)}::double precision as similarity
    from models.embeddings where space_id = ${id}::uuid
    order by similarity desc, id limit ${limit}`.execute(transaction);
  return rows;
}

/** Of so many vectors the index looks at most before it gives up, for those whose company has few among many. */
const MOST_SCANNED = 50_000;

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
  await sql`
    select set_config('hnsw.iterative_scan', 'strict_order', true),
      set_config('hnsw.max_scan_tuples', ${String(MOST_SCANNED)}, true),
      set_config('hnsw.ef_search', ${String(Math.min(1000, 2 * limit))}, true)`.execute(transaction);
  const size = sql.raw(String(dimensions));
  const distance = sql`vector::vector(${size}) <#> ${arrayOf(vector)}::real[]::vector(${size})`;
  const { rows } = await sql<Near>`
    select item_id as id, -(${distance})::double precision as similarity
    from models.embeddings where space_id = ${id}::uuid and dimensions = ${size}
    order by ${distance} limit ${limit}`.execute(transaction);
  return rows;
}

/** The cosine of items that are known, where they have a vector. */
export async function similaritiesOf(
  transaction: TenantTransaction,
  { id }: SpaceRecord,
  vector: Float32Array,
  items: readonly string[],
  features: VectorFeatures,
): Promise<Near[]> {
  if (items.length === 0) return [];
  const { rows } = await sql<Near>`
    select item_id as id, ${similarityTo(vector, features)}::double precision as similarity
    from models.embeddings where space_id = ${id}::uuid and item_id = any(${items}::text[])`.execute(
    transaction,
  );
  return rows;
}
