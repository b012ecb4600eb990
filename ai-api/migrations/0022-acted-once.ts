import { type Kysely, sql } from 'kysely';

/** When a keyed request has written something for good, whatever becomes of its answer. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table platform_http.idempotency_keys add column acted_at timestamptz`.execute(db);
}
