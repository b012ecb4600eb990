import { type Kysely, sql } from 'kysely';

/** Objects that have no version yet, so that they are swept; and ids beside the names of people, so that an erasure finds them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table files.unattached (
      object_key text primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      bucket text not null check (bucket in ('files', 'audit')),
      created_at timestamptz not null,
      discarded_at timestamptz
    )`.execute(db);
  await sql`create index on files.unattached (tenant_id, created_at)`.execute(db);
  await sql`select platform.protect('files.unattached')`.execute(db);
  // Copies of a version have its object, and the sweep looks objects up.
  await sql`create index on files.versions (object_key)`.execute(db);
  await sql`create index on files.parts (object_key)`.execute(db);
  await sql`alter table files.versions add column released_user uuid`.execute(db);
  await sql`alter table files.permissions add column granted_user uuid`.execute(db);
  await sql`alter table compliance.reports add column made_user uuid`.execute(db);
}
