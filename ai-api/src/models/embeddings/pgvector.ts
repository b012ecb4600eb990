import { sql, type Transaction } from 'kysely';
import type { Database, Schema } from '../../platform/database/index.ts';
import { indexedExpression } from './nearest-store.ts';

/** What compares vectors; with `none` everything is searched by words only. */
export type VectorEngine = 'pgvector' | 'none';

export interface Vectors {
  engine: VectorEngine;
  /** Why there is none, and what an administrator can do; null with pgvector. */
  reason: string | null;
}

/** Production was started on a database without pgvector. */
export class VectorsMissing extends Error {
  constructor(reason: string) {
    super(`pgvector is required in production. ${reason}`);
    this.name = 'VectorsMissing';
  }
}

/** Iterative index scans, without which a company with few vectors among many finds too few of its own. */
const MIN_VERSION = [0, 8] as const;
/** Processes that start together prepare one after the other. */
const LOCK = 'models.embeddings';
/** As the reference deployment has it: neighbours of a node, and candidates when one is added. */
const HNSW = { m: 64, efConstruction: 128 };

/**
 * Takes pgvector into use as far as the database has it: creates the extension, stores vectors in a column of its
 * type, and makes an HNSW index for every size in use. Run it at each start, after the migrations; what is done
 * already is left as it is.
 * @param dimensions of the configured embedders
 * @throws {VectorsMissing} when pgvector is required and cannot be used
 */
export async function prepareVectors(
  database: Database,
  dimensions: number | readonly number[],
  isRequired = false,
): Promise<Vectors> {
  const owner = database.system('extensions, columns and indexes are made by their owner');
  const refused = await createExtension(database);
  return owner.transaction().execute(async (transaction) => {
    await sql`select set_config('statement_timeout', '0', true), pg_advisory_xact_lock(hashtext(${LOCK}))`.execute(
      transaction,
    );
    const reason = refused ?? (await whyUnusable(transaction));
    if (reason !== null && isRequired) throw new VectorsMissing(reason);
    if (reason !== null) return { engine: 'none', reason };
    await convertColumn(transaction);
    // In the embedded database such an index costs more to fill than it saves (docs/decisions.md).
    if (database.driver === 'postgres') await createIndexes(transaction, [dimensions].flat());
    return { engine: 'pgvector', reason: null };
  });
}

const NOT_THERE =
  'The PostgreSQL server does not have the extension "vector". Install pgvector 0.8 or later and restart.';
const MAY_NOT =
  'The server has pgvector, but this role may not create it. Run "create extension vector" in this database as an administrator and restart.';

/** @returns why the extension could not be created; null when it is there */
async function createExtension(database: Database): Promise<string | null> {
  const owner = database.system('extensions are made by their owner');
  const { rows } = await sql<{ installed: string | null }>`
    select installed_version as installed from pg_available_extensions where name = 'vector'`.execute(owner);
  const [extension] = rows;
  if (!extension) return NOT_THERE;
  if (extension.installed !== null) return null;
  try {
    await sql`create extension if not exists vector with schema public`.execute(owner);
    return null;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === INSUFFICIENT_PRIVILEGE) return MAY_NOT;
    // Another process that starts at the same time has created it.
    if (code === UNIQUE_VIOLATION) return null;
    throw error;
  }
}

/** SQLSTATE, PostgreSQL's appendix A. */
const INSUFFICIENT_PRIVILEGE = '42501';
const UNIQUE_VIOLATION = '23505';

async function whyUnusable(transaction: Transaction<Schema>): Promise<string | null> {
  const { rows } = await sql<{ version: string; found: boolean }>`
    select extversion as version, to_regtype('vector') is not null as found
    from pg_extension where extname = 'vector'`.execute(transaction);
  const [extension] = rows;
  if (!extension) return NOT_THERE;
  if (!extension.found)
    return 'pgvector is installed in a schema that is not in the search_path of this role.';
  const [major = 0, minor = 0] = extension.version.split('.').map(Number);
  const isOld = major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1]);
  return isOld
    ? `This database has pgvector ${extension.version}. Run "alter extension vector update" with 0.8 or later installed and restart.`
    : null;
}

/** Vectors that were stored as arrays are kept; those whose column went with a dropped extension are made anew. */
async function convertColumn(transaction: Transaction<Schema>): Promise<void> {
  const { rows } = await sql<{ type: string }>`
    select format_type(atttypid, null) as type from pg_attribute
    where attrelid = 'models.embeddings'::regclass and attname = 'vector' and not attisdropped`.execute(
    transaction,
  );
  const type = rows[0]?.type;
  if (type === 'vector') return;
  if (type === undefined) {
    await sql`truncate models.embeddings`.execute(transaction);
    await sql`alter table models.embeddings add column vector vector not null`.execute(transaction);
    await sql`update models.embedding_spaces set state = 'building'`.execute(transaction);
  } else {
    await sql`alter table models.embeddings alter column vector type vector using vector::vector`.execute(
      transaction,
    );
  }
  // In the row as far as it fits, so that comparing all of them does not read each from another table.
  await sql`alter table models.embeddings alter column vector set storage main`.execute(transaction);
}

async function createIndexes(transaction: Transaction<Schema>, dimensions: readonly number[]): Promise<void> {
  const { rows } = await sql<{ dimensions: number }>`
    select distinct dimensions from models.embedding_spaces`.execute(transaction);
  for (const size of new Set([...dimensions, ...rows.map((row) => row.dimensions)])) {
    const indexed = indexedExpression(size);
    if (!indexed) continue;
    await sql`
      create index if not exists ${sql.ref(`embeddings_cosine_${size}`)} on models.embeddings
      using hnsw ((${indexed.expression}) ${sql.raw(indexed.operators)})
      with (m = ${sql.lit(HNSW.m)}, ef_construction = ${sql.lit(HNSW.efConstruction)})
      where dimensions = ${sql.lit(size)}`.execute(transaction);
  }
}
