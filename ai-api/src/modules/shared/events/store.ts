import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { TenantTransaction } from '../../../platform/database/index.ts';

/** Notifications on it carry the id of an event that was committed, and nothing else. */
export const EVENTS_CHANNEL = 'ai_manager_events';

/** Appends an event and notifies every process of it when the transaction commits. Returns its id. */
export async function insertEvent(
  transaction: TenantTransaction,
  type: string,
  data: object,
  occurredAt: Date,
): Promise<string> {
  const id = uuidv7();
  await sql`
    with event as (
      insert into events.outbox (id, type, data, occurred_at)
      values (${id}, ${type}, ${JSON.stringify(data)}, ${occurredAt}) returning id
    )
    select pg_notify(${EVENTS_CHANNEL}, id::text) from event`.execute(transaction);
  return id;
}

/** The newest event of some types with a value in its data; ids are ordered by time, so that few rows are read. */
export async function findEventSince(
  transaction: TenantTransaction,
  types: readonly string[],
  afterId: string,
  field: string,
  value: string,
): Promise<{ type: string; data: object } | null> {
  const row = await transaction
    .selectFrom('events.outbox')
    .select(['type', 'data'])
    .where('type', 'in', [...types])
    .where('id', '>', afterId)
    .where(sql<boolean>`data ->> ${field} = ${value}`)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
