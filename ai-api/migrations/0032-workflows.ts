import { type Kysely, sql } from 'kysely';

/** Templates by version, their instances, and what each step did, may have done and undid. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema workflows`.execute(db);
  await sql`grant usage on schema workflows to ai_manager_app`.execute(db);
  await templates(db);
  await instances(db);
  const tables = [
    ...['templates', 'versions', 'approvals', 'settings'],
    ...['instances', 'tasks', 'compensations', 'signals', 'timeline'],
  ];
  for (const table of tables)
    await sql`select platform.protect(${`workflows.${table}`}::regclass)`.execute(db);
}

async function templates(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table workflows.templates (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      name text not null,
      published_version integer,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      primary key (tenant_id, name)
    )`.execute(db);
  await sql`
    create table workflows.versions (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      name text not null,
      version integer not null check (version > 0),
      definition jsonb not null,
      comment text not null,
      created_by text not null,
      created_by_id text not null,
      created_at timestamptz not null default now(),
      published_at timestamptz,
      published_by text,
      primary key (tenant_id, name, version),
      foreign key (tenant_id, name) references workflows.templates (tenant_id, name)
    )`.execute(db);
  await sql`
    create table workflows.approvals (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      name text not null,
      version integer not null,
      approved_by text not null,
      approved_by_id text not null,
      comment text not null,
      approved_at timestamptz not null default now(),
      primary key (tenant_id, name, version, approved_by_id),
      foreign key (tenant_id, name, version) references workflows.versions (tenant_id, name, version)
    )`.execute(db);
  await sql`
    create table workflows.settings (
      tenant_id uuid primary key default platform.current_tenant() references identity.tenants (id),
      two_person_rule boolean not null default false
    )`.execute(db);
}

async function instances(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table workflows.instances (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      template text not null,
      version integer not null,
      runner text not null check (runner in ('platform', 'n8n')),
      state text not null check (state in ('queued', 'running', 'waiting', 'paused', 'completed', 'compensating',
        'compensated', 'compensation_failed', 'failed', 'cancelled')),
      input jsonb not null,
      output jsonb,
      error jsonb,
      principal jsonb not null,
      started_by text not null,
      reference text,
      parent_id uuid references workflows.instances (id),
      parent_path text,
      depth integer not null default 0,
      steps_started integer not null default 0,
      cancel_mode text check (cancel_mode in ('stop', 'undo')),
      cancel_reason text,
      is_paused boolean not null default false,
      execution_id text,
      wake_at timestamptz,
      created_at timestamptz not null,
      touched_at timestamptz not null,
      ended_at timestamptz,
      foreign key (tenant_id, template, version) references workflows.versions (tenant_id, name, version)
    )`.execute(db);
  await sql`create index on workflows.instances (tenant_id, state, id)`.execute(db);
  await sql`create index on workflows.instances (tenant_id, template, id)`.execute(db);
  await sql`create index on workflows.instances (parent_id) where parent_id is not null`.execute(db);
  await sql`
    create unique index on workflows.instances (tenant_id, template, reference)
    where reference is not null`.execute(db);
  await sql`
    create index instances_overdue on workflows.instances (coalesce(wake_at, touched_at))
    where state in ('queued', 'running', 'waiting', 'compensating')`.execute(db);
  await sql`
    create table workflows.tasks (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      instance_id uuid not null references workflows.instances (id) on delete cascade,
      path text not null,
      step text not null,
      type text not null,
      state text not null check (state in ('pending', 'running', 'waiting', 'retrying', 'succeeded', 'skipped',
        'failed', 'cancelled')),
      attempt integer not null default 0,
      ordinal integer not null,
      input jsonb,
      output jsonb,
      error jsonb,
      may_have_happened boolean not null default false,
      progress jsonb,
      claim uuid,
      lease_until timestamptz,
      due_at timestamptz,
      wait_event text,
      wait_key text,
      concurrency_key text,
      started_at timestamptz not null,
      ended_at timestamptz,
      unique (instance_id, path)
    )`.execute(db);
  await sql`
    create index on workflows.tasks (tenant_id, wait_event, wait_key)
    where state = 'waiting' and wait_event is not null`.execute(db);
  await sql`
    create index on workflows.tasks (tenant_id, concurrency_key, ordinal)
    where concurrency_key is not null and state in ('running', 'pending')`.execute(db);
  await sql`
    create table workflows.compensations (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      instance_id uuid not null references workflows.instances (id) on delete cascade,
      task_id uuid not null unique references workflows.tasks (id) on delete cascade,
      path text not null,
      operation text not null,
      ordinal integer not null,
      state text not null check (state in ('pending', 'running', 'retrying', 'succeeded', 'nothing_to_undo',
        'failed', 'resolved')),
      attempt integer not null default 0,
      input jsonb,
      error jsonb,
      claim uuid,
      lease_until timestamptz,
      due_at timestamptz,
      created_at timestamptz not null,
      ended_at timestamptz
    )`.execute(db);
  await sql`create index on workflows.compensations (instance_id, ordinal)`.execute(db);
  await sql`
    create table workflows.signals (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      instance_id uuid not null references workflows.instances (id) on delete cascade,
      name text not null,
      payload jsonb not null,
      sent_by text not null,
      sent_at timestamptz not null,
      taken_by text
    )`.execute(db);
  await sql`create index on workflows.signals (instance_id, id)`.execute(db);
  await sql`
    create table workflows.timeline (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      instance_id uuid not null references workflows.instances (id) on delete cascade,
      at timestamptz not null,
      what text not null,
      who text,
      detail text
    )`.execute(db);
  await sql`create index on workflows.timeline (instance_id, id)`.execute(db);
}
