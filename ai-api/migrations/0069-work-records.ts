import { type Kysely, sql } from 'kysely';

/**
 * Meetings, tickets and documents of the company, with who took part: what the claims of a request for manual time are
 * held against. Who takes part is a list, since a calendar entry comes with all of them at once.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table people.work_records (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      record_id text not null,
      kind text not null check (kind in ('meeting', 'ticket', 'document')),
      reference text,
      title text not null,
      project_id text,
      builder_ids text[] not null,
      day date not null,
      started_at timestamptz,
      ended_at timestamptz,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, record_id),
      foreign key (tenant_id, project_id) references people.projects (tenant_id, project_id),
      check ((started_at is null) = (ended_at is null)),
      check (ended_at > started_at)
    )`.execute(db);
  await sql`create index on people.work_records (tenant_id, day)`.execute(db);
  await sql`create index on people.work_records using gin (builder_ids)`.execute(db);
  await sql`select platform.protect('people.work_records')`.execute(db);
}
