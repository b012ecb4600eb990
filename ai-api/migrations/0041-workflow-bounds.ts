import { type Kysely, sql } from 'kysely';

/** What bounds an instance beside its steps: how many instances it started below it, and how much its steps answered. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table workflows.instances
    add column root_id uuid,
    add column output_characters bigint not null default 0`.execute(db);
  await sql`create index on workflows.instances (root_id) where root_id is not null`.execute(db);
}
