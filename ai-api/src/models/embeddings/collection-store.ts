import { type Selectable, sql } from 'kysely';
import { toSql } from 'pgvector/kysely';
import {
  type Database,
  type Schema,
  staysHere,
  type TenantTransaction,
} from '../../platform/database/index.ts';
import type { Space } from './embedder.ts';

export type SpaceRecord = Omit<Selectable<Schema['models.embedding_spaces']>, 'provider'> & {
  provider: Space['provider'];
};

export async function findSpaces(transaction: TenantTransaction, collection: string): Promise<SpaceRecord[]> {
  const rows = await transaction
    .selectFrom('models.embedding_spaces')
    .selectAll()
    .where('collection', '=', collection)
    .execute();
  return rows.map((row) => ({ ...row, provider: row.provider as Space['provider'] }));
}

export async function insertSpace(
  transaction: TenantTransaction,
  id: string,
  collection: string,
  { provider, model, dimensions }: Space,
  state: 'building' | 'active',
): Promise<void> {
  await transaction
    .insertInto('models.embedding_spaces')
    .values({ id, collection, provider, model, dimensions, state })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The space that was built takes over, and the one before goes with its vectors. */
export async function activate(
  transaction: TenantTransaction,
  collection: string,
  id: string,
): Promise<void> {
  await transaction
    .deleteFrom('models.embedding_spaces')
    .where('collection', '=', collection)
    .where('id', '<>', id)
    .execute();
  await transaction
    .updateTable('models.embedding_spaces')
    .set({ state: 'active' })
    .where('id', '=', id)
    .execute();
}

/** Hash of the text that each vector was made of, by item. */
export async function hashesIn(
  transaction: TenantTransaction,
  spaceId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await transaction
    .selectFrom('models.embeddings')
    .select(['item_id', 'content_hash'])
    .where('space_id', '=', spaceId)
    .where('item_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.item_id, row.content_hash]));
}

/** Writes vectors; those that are there stay unless they are to be overwritten. A space that has gone takes none. */
export async function saveVectors(
  transaction: TenantTransaction,
  { id, provider, model, dimensions }: SpaceRecord,
  rows: readonly { id: string; hash: string; vector: Float32Array }[],
  overwrite: boolean,
): Promise<void> {
  const items = rows.map(({ id, hash, vector }) => ({ id, hash, vector: toSql([...vector]) }));
  await sql`
    insert into models.embeddings (space_id, item_id, provider, model, dimensions, content_hash, vector)
    select ${id}::uuid, item.id, ${provider}, ${model}, ${dimensions}, item.hash, item.vector::vector
    from json_to_recordset(${JSON.stringify(items)}::json) as item (id text, hash text, vector text)
    where exists (select 1 from models.embedding_spaces as space where space.id = ${id}::uuid)
    on conflict (tenant_id, space_id, item_id) ${
      overwrite
        ? sql`do update set content_hash = excluded.content_hash, vector = excluded.vector`
        : sql`do nothing`
    }`.execute(transaction);
}

/** Takes items out of every space of a collection. */
export async function deleteItems(
  transaction: TenantTransaction,
  collection: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    delete from models.embeddings as vector using models.embedding_spaces as space
    where space.id = vector.space_id and space.collection = ${collection}
      and vector.item_id = any(${ids}::text[])`.execute(transaction);
}

/** A collection that lacks vectors: it is searched by words until they are made. */
export async function markIncomplete(transaction: TenantTransaction, collection: string): Promise<void> {
  await transaction
    .updateTable('models.embedding_spaces')
    .set({ state: 'building' })
    .where('collection', '=', collection)
    .execute();
}

/** Companies whose collection is not searched in this space, or lacks vectors of it. */
export function collectionsOutside(
  database: Database,
  collection: string,
  { provider, model, dimensions }: Space,
): Promise<{ tenant_id: string; collection: string }[]> {
  const spaces = database
    .system('a new space is for every company')
    .selectFrom('models.embedding_spaces')
    .select(['tenant_id', 'collection'])
    .where('collection', '=', collection)
    .where(staysHere(database.residency, 'models.embedding_spaces.tenant_id'));
  const complete = spaces
    .where('state', '=', 'active')
    .where('provider', '=', provider)
    .where('model', '=', model)
    .where('dimensions', '=', dimensions);
  return spaces.except(complete).execute();
}
