import { type Kysely, sql } from 'kysely';

/** Requests for manual time, their history, who decides them, and the company's settings for them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema approvals`.execute(db);
  await sql`grant usage on schema approvals to ai_manager_app`.execute(db);
  await sql`
    create table approvals.groups (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      name text not null,
      team text,
      escalation boolean not null,
      members text[] not null,
      created_at timestamptz not null default now(),
      unique (tenant_id, name),
      unique nulls not distinct (tenant_id, team, escalation)
    )`.execute(db);
  await sql`
    create table approvals.approvals (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      version integer not null default 1,
      state text not null,
      builder_id text not null,
      project_id text,
      day date not null,
      week text not null,
      hours double precision not null check (hours > 0 and hours <= 24),
      starts_at timestamptz,
      ends_at timestamptz,
      category text not null,
      justification text not null,
      attachments jsonb not null,
      submitted_by text not null,
      submitted_user uuid,
      decided_hours double precision,
      engine text,
      confidence double precision,
      reason text,
      decided_by text,
      decided_user uuid,
      decided_at timestamptz,
      first_user uuid,
      judgement_id uuid,
      group_id uuid references approvals.groups (id) on delete set null,
      due_at timestamptz,
      reminded_at timestamptz,
      escalated_at timestamptz,
      appeal text,
      appealed_from uuid,
      audit text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on approvals.approvals (tenant_id, builder_id, day)`.execute(db);
  await sql`create index on approvals.approvals (tenant_id, state, id desc)`.execute(db);
  await sql`create index on approvals.approvals (tenant_id, week, builder_id)`.execute(db);
  await sql`
    create table approvals.steps (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      approval_id uuid not null references approvals.approvals (id),
      at timestamptz not null,
      step text not null,
      by text not null,
      engine text not null,
      hours double precision,
      reason text
    )`.execute(db);
  await sql`create index on approvals.steps (approval_id, id)`.execute(db);
  await sql`
    create table approvals.delegations (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      from_email text not null,
      to_email text not null,
      first_day date not null,
      last_day date not null,
      check (last_day >= first_day)
    )`.execute(db);
  await sql`
    create table approvals.settings (
      tenant_id uuid primary key default platform.current_tenant() references identity.tenants (id),
      value jsonb not null,
      updated_at timestamptz not null default now()
    )`.execute(db);
  for (const table of ['groups', 'approvals', 'steps', 'delegations', 'settings']) {
    await sql`select platform.protect(${`approvals.${table}`}::regclass)`.execute(db);
  }
}
