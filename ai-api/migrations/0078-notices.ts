import { type Kysely, sql } from 'kysely';

/** What each kind tells the people whom it judges, by version, and who was informed of which version. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema notices`.execute(db);
  await sql`grant usage on schema notices to ai_manager_app`.execute(db);
  await sql`
    create table notices.versions (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null,
      version integer not null check (version > 0),
      digest text not null,
      title text not null,
      content jsonb not null,
      sections jsonb not null,
      in_force jsonb not null,
      published_by text not null,
      published_at timestamptz not null,
      unique (tenant_id, kind, version)
    )`.execute(db);
  await sql`select platform.protect('notices.versions')`.execute(db);
  await sql`
    create table notices.informed (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null,
      version integer not null,
      builder_id text not null,
      acknowledged_at timestamptz,
      informed_on date,
      informed_how text,
      recorded_by text,
      primary key (tenant_id, kind, version, builder_id),
      check (num_nonnulls(acknowledged_at, informed_on) > 0),
      check (num_nonnulls(informed_on, informed_how, recorded_by) in (0, 3)),
      foreign key (tenant_id, kind, version) references notices.versions (tenant_id, kind, version)
    )`.execute(db);
  await sql`create index on notices.informed (tenant_id, builder_id)`.execute(db);
  await sql`select platform.protect('notices.informed')`.execute(db);
  await sql`alter table evaluations.runs add column not_informed integer`.execute(db);
}
