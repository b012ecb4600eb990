import { type Kysely, sql } from 'kysely';

/** What is in the file of a version and was not read, such as pages without text, and where it is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table knowledge.versions add column unread jsonb not null default '[]'`.execute(db);
}
