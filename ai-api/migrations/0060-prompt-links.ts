import { type Kysely, sql } from 'kysely';

/** The number that Langfuse gave to the version of a prompt, which is another than ours where it was connected later. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table models.calls add column prompt_link integer`.execute(db);
}
