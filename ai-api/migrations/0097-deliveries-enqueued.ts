import { type Kysely, sql } from 'kysely';

/** A webhook of a forge is answered once it is stored, and enqueued after that; what was not enqueued is found by this. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table context.git_deliveries add column enqueued_at timestamptz`.execute(db);
  await sql`
    create index git_deliveries_to_enqueue on context.git_deliveries (received_at)
    where state = 'queued' and enqueued_at is null`.execute(db);
}
