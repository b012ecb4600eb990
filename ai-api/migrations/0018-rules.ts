import { type Kysely, sql } from 'kysely';

/** Why a version of a rule was made. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table judgement.rules add column comment text`.execute(db);
}
