import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';

/** Rows of one statement. */
const BATCH = 1_000;

/** A record of a source as it is remembered. */
export interface KnownRecord {
  id: string;
  /** Null when the conversation was removed. */
  conversation_id: string | null;
  place: number;
  digest: string;
}

/** What is remembered of records, by id. */
export async function knownRecords(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<Map<string, KnownRecord>> {
  const known = new Map<string, KnownRecord>();
  for (let start = 0; start < ids.length; start += BATCH) {
    const { rows } = await sql<KnownRecord>`
      select id, conversation_id, place, digest from context.records
      where id = any(${ids.slice(start, start + BATCH)}::uuid[])`.execute(transaction);
    for (const row of rows) known.set(row.id, row);
  }
  return known;
}

/**
 * Claims records for a conversation. One that another conversation has, or takes at this moment, stays there.
 * @returns the ids that are the conversation's now
 */
export async function claimRecords(
  transaction: TenantTransaction,
  conversationId: string,
  records: readonly { id: string; place: number; digest: string }[],
): Promise<Set<string>> {
  const claimed = new Set<string>();
  for (let start = 0; start < records.length; start += BATCH) {
    // In the order of their ids, so that two sessions that copy each other do not wait for each other.
    const rows = records.slice(start, start + BATCH).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const result = await sql<{ id: string }>`
      insert into context.records as record (id, conversation_id, place, digest)
      select row.id, ${conversationId}::uuid, row.place, row.digest
      from json_to_recordset(${JSON.stringify(rows)}::json) as row (id uuid, place double precision, digest text)
      on conflict (tenant_id, id) do update
        set place = excluded.place, digest = excluded.digest, conversation_id = excluded.conversation_id
        where record.conversation_id is null or record.conversation_id = excluded.conversation_id
      returning id`.execute(transaction);
    for (const { id } of result.rows) claimed.add(id);
  }
  return claimed;
}

/** Keeps records of conversations out from now on. */
export async function retireRecords(
  transaction: TenantTransaction,
  conversationIds: readonly string[],
): Promise<void> {
  await sql`
    update context.records set conversation_id = null, digest = ''
    where conversation_id = any(${[...conversationIds]}::uuid[])`.execute(transaction);
}

/** Forgets records of conversations: they may be saved again. */
export async function deleteRecords(
  transaction: TenantTransaction,
  conversationIds: readonly string[],
): Promise<void> {
  await sql`
    delete from context.records where conversation_id = any(${[...conversationIds]}::uuid[])`.execute(
    transaction,
  );
}

/** The last place of a conversation without a message. */
export const NO_PLACE = -1;

/** The last place of a conversation; {@link NO_PLACE} when it has no message. */
export async function lastPlace(transaction: TenantTransaction, conversationId: string): Promise<number> {
  const { rows } = await sql<{ place: number | null }>`
    select max(place) as place from context.records where conversation_id = ${conversationId}`.execute(
    transaction,
  );
  return rows[0]?.place ?? NO_PLACE;
}
