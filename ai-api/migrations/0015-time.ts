import { type Kysely, sql } from 'kysely';

/** Tracked time, leave, project members and budgets of hours: what a request for manual time is checked against. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table people.time_entries (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      entry_id text not null,
      builder_id text not null,
      project_id text,
      started_at timestamptz not null,
      ended_at timestamptz not null,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, entry_id),
      foreign key (tenant_id, builder_id) references people.superbuilders (tenant_id, builder_id),
      foreign key (tenant_id, project_id) references people.projects (tenant_id, project_id),
      check (ended_at > started_at)
    )`.execute(db);
  await sql`create index on people.time_entries (tenant_id, builder_id, started_at)`.execute(db);
  await sql`
    create table people.leave (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      builder_id text not null,
      first_day date not null,
      last_day date not null,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, builder_id, first_day),
      foreign key (tenant_id, builder_id) references people.superbuilders (tenant_id, builder_id),
      check (last_day >= first_day)
    )`.execute(db);
  await sql`
    create table people.project_members (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      project_id text not null,
      builder_id text not null,
      last_day date,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, project_id, builder_id),
      foreign key (tenant_id, builder_id) references people.superbuilders (tenant_id, builder_id),
      foreign key (tenant_id, project_id) references people.projects (tenant_id, project_id)
    )`.execute(db);
  await sql`
    create table people.project_budgets (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      project_id text not null,
      monthly_hours double precision not null check (monthly_hours >= 0),
      updated_at timestamptz not null default now(),
      primary key (tenant_id, project_id),
      foreign key (tenant_id, project_id) references people.projects (tenant_id, project_id)
    )`.execute(db);
  for (const table of ['time_entries', 'leave', 'project_members', 'project_budgets']) {
    await sql`select platform.protect(${`people.${table}`}::regclass)`.execute(db);
  }
}
