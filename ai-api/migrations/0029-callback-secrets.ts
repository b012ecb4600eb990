import { type Kysely, sql } from 'kysely';

/** Callbacks of decisions are signed, each decision with a secret of its own; it is stored sealed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table decisions.requests add column callback_secret text`.execute(db);
}
