import { type Kysely, sql } from 'kysely';

/** For how many days a company keeps instances of workflows that have ended. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table workflows.settings
    add column keep_days integer not null default 365 check (keep_days between 1 and 3650)`.execute(db);
  await sql`create index instances_ended on workflows.instances (ended_at) where ended_at is not null`.execute(
    db,
  );
}
