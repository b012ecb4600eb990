import { type Kysely, sql } from 'kysely';

/**
 * What a model found a text to claim, and the records that our code held it against. Earlier judgements have none:
 * what a model answered about them then is kept in their criteria.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table judgement.judgements add column testimony jsonb`.execute(db);
}
