import { type Kysely, sql } from 'kysely';

/** Where a company's data has to stay, what it has set for itself, and the order of stages within a day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table identity.tenants
      add column data_region text check (data_region ~ '^[a-z0-9-]{1,40}$'),
      add column settings jsonb not null default '{}',
      add column updated_at timestamptz not null default now()`.execute(db);
  await sql`alter table people.project_stages add column position integer not null default 0`.execute(db);
}
