import { type Kysely, sql } from 'kysely';

/** Companies that people open for themselves: when, who, and by which link, which opens one only. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table identity.tenants
      add column opened_at timestamptz,
      add column opened_by uuid,
      add column opening_hash text unique`.execute(db);
  await sql`create index on identity.tenants (opened_at) where opened_at is not null`.execute(db);
}
