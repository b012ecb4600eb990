import { type Kysely, sql } from 'kysely';

/** Builders, projects, their stages and their weeks, keyed by the company's own ids. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema people`.execute(db);
  await sql`grant usage on schema people to ai_manager_app`.execute(db);
  await sql`
    create table people.superbuilders (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      builder_id text not null,
      name text not null,
      email text not null,
      team text not null,
      title text,
      status text not null check (status in ('active', 'on_leave', 'left')),
      started_on date not null,
      weekly_hours double precision not null check (weekly_hours >= 0),
      timezone text,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, builder_id)
    )`.execute(db);
  await sql`
    create table people.projects (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      project_id text not null,
      name text not null,
      builder_id text not null,
      status text not null check (status in ('active', 'paused', 'done')),
      stage text not null check (stage in ('idea', 'validation', 'build', 'launch', 'growth')),
      tam_usd double precision,
      tam_rationale text,
      goal text,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, project_id),
      foreign key (tenant_id, builder_id) references people.superbuilders (tenant_id, builder_id)
    )`.execute(db);
  await sql`create index on people.projects (tenant_id, builder_id)`.execute(db);
  await sql`
    create table people.project_stages (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      project_id text not null,
      stage text not null,
      entered_on date not null,
      primary key (tenant_id, project_id, stage, entered_on),
      foreign key (tenant_id, project_id) references people.projects (tenant_id, project_id)
    )`.execute(db);
  await sql`
    create table people.metrics_weekly (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      builder_id text not null,
      week text not null check (week ~ '^\\d{4}-W\\d{2}$'),
      hours_worked double precision,
      active_days integer,
      brainlift_quality double precision,
      brainlift_entries integer,
      goals_set integer,
      goals_met integer,
      note text,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, builder_id, week),
      foreign key (tenant_id, builder_id) references people.superbuilders (tenant_id, builder_id)
    )`.execute(db);
  await sql`
    create table people.project_metrics_weekly (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      project_id text not null,
      week text not null check (week ~ '^\\d{4}-W\\d{2}$'),
      goals_set integer,
      goals_met integer,
      active_users bigint,
      revenue_micros bigint,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, project_id, week),
      foreign key (tenant_id, project_id) references people.projects (tenant_id, project_id)
    )`.execute(db);
  for (const table of [
    'superbuilders',
    'projects',
    'project_stages',
    'metrics_weekly',
    'project_metrics_weekly',
  ]) {
    await sql`select platform.protect(${`people.${table}`}::regclass)`.execute(db);
  }
}
