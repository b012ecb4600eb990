import { type Selectable, sql } from 'kysely';
import type { Database, Schema, TenantTransaction } from '../../platform/database/index.ts';
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
  rows: readonly { id: string; hash: string; vector: number[] }[],
  overwrite: boolean,
): Promise<void> {
  await sql`
    insert into models.embeddings (space_id, item_id, provider, model, dimensions, content_hash, vector)
    select ${id}::uuid, item.id, ${provider}, ${model}, ${dimensions}, item.hash,
      array(select value::real from json_array_elements_text(item.vector) with ordinality as part (value, place) order by place)
    from json_to_recordset(${JSON.stringify(rows)}::json) as item (id text, hash text, vector json)
    where exists (select 1 from models.embedding_spaces as space where space.id = ${id}::uuid)
    on conflict (tenant_id, space_id, item_id) ${
      overwrite
        ? sql`do update set content_hash = excluded.content_hash, vector = excluded.vector`
        : sql`do nothing`
    }`.execute(transaction);
  await sql`update models.embedding_spaces set revision = revision + 1 where id = ${id}::uuid`.execute(
    transaction,
  );
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
  await sql`
    update models.embedding_spaces set revision = revision + 1 where collection = ${collection}`.execute(
    transaction,
  );
}

export async function countVectors(transaction: TenantTransaction, spaceId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from models.embeddings where space_id = ${spaceId}::uuid`.execute(
    transaction,
  );
  return rows[0]?.count ?? 0;
}

/** Vectors in the order of their items, after one, in PostgreSQL's binary form of an array. */
export async function vectorBytes(
  transaction: TenantTransaction,
  spaceId: string,
  after: string | null,
  limit: number,
): Promise<{ item_id: string; bytes: Uint8Array }[]> {
  const { rows } = await sql<{ item_id: string; bytes: Uint8Array }>`
    select item_id, array_send(vector) as bytes from models.embeddings
    where space_id = ${spaceId}::uuid and item_id > ${after ?? ''}
    order by item_id limit ${limit}`.execute(transaction);
  return rows;
}

/** Collections whose searched space is another one. */
export async function spacesElsewhere(
  database: Database,
  { provider, model, dimensions }: Space,
): Promise<{ tenant_id: string; collection: string }[]> {
  return database
    .system('a new space is for every company')
    .selectFrom('models.embedding_spaces')
    .select(['tenant_id', 'collection'])
    .where('state', '=', 'active')
    .where((eb) =>
      eb.not(
        eb.and([eb('provider', '=', provider), eb('model', '=', model), eb('dimensions', '=', dimensions)]),
      ),
    )
    .execute();
}
