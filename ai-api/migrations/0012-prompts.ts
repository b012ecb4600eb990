import { type Kysely, sql } from 'kysely';

/**
 * Prompts by version, their labels with every move, checks and approvals; experiments; proposals for better
 * prompts. A run keeps which versions it started with.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema prompts`.execute(db);
  await sql`grant usage on schema prompts to ai_manager_app`.execute(db);
  const tenant = sql`tenant_id uuid not null default platform.current_tenant() references identity.tenants (id)`;
  const version = sql`foreign key (tenant_id, name, version) references prompts.versions (tenant_id, name, version)`;
  await sql`
    create table prompts.prompts (
      ${tenant},
      name text not null,
      description text not null,
      mirrored_at timestamptz,
      mirror_error text,
      held jsonb,
      created_at timestamptz not null default now(),
      primary key (tenant_id, name)
    )`.execute(db);
  await sql`
    create table prompts.versions (
      ${tenant},
      name text not null,
      version integer not null check (version > 0),
      text text not null,
      variables jsonb not null,
      config jsonb not null,
      commit_message text not null,
      origin text not null check (origin in ('seed', 'person', 'langfuse', 'optimizer')),
      langfuse_version integer,
      created_by text not null,
      created_by_id text not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, name, version),
      unique (tenant_id, name, langfuse_version),
      foreign key (tenant_id, name) references prompts.prompts (tenant_id, name)
    )`.execute(db);
  await sql`
    create table prompts.labels (
      ${tenant},
      name text not null,
      label text not null,
      version integer not null,
      moved_by text not null,
      moved_at timestamptz not null default now(),
      primary key (tenant_id, name, label),
      ${version}
    )`.execute(db);
  await sql`
    create table prompts.label_moves (
      id uuid primary key,
      ${tenant},
      name text not null,
      label text not null,
      from_version integer,
      to_version integer,
      moved_by text not null,
      reason text,
      moved_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on prompts.label_moves (tenant_id, name, id desc)`.execute(db);
  await sql`
    create table prompts.checks (
      id uuid primary key,
      ${tenant},
      name text not null,
      version integer not null,
      passed boolean not null,
      findings jsonb not null,
      replay jsonb not null,
      checked_by text not null,
      checked_at timestamptz not null default now(),
      ${version}
    )`.execute(db);
  await sql`create index on prompts.checks (tenant_id, name, version, id desc)`.execute(db);
  await sql`
    create table prompts.approvals (
      ${tenant},
      name text not null,
      version integer not null,
      approved_by text not null,
      approved_by_id text not null,
      comment text not null,
      approved_at timestamptz not null default now(),
      primary key (tenant_id, name, version, approved_by_id),
      ${version}
    )`.execute(db);
  await sql`
    create table prompts.settings (
      ${tenant},
      two_person_rule boolean not null default false,
      primary key (tenant_id)
    )`.execute(db);
  await sql`
    create table prompts.experiments (
      id uuid primary key,
      ${tenant},
      name text not null,
      title text not null,
      hypothesis text not null,
      label text not null,
      share double precision not null check (share > 0 and share < 1),
      metric text not null,
      minimum_sample integer not null,
      status text not null default 'draft' check (status in ('draft', 'running', 'stopped')),
      control_version integer,
      treatment_version integer,
      created_by text not null,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      stopped_at timestamptz,
      stop_reason text,
      report jsonb,
      foreign key (tenant_id, name) references prompts.prompts (tenant_id, name)
    )`.execute(db);
  await sql`
    create unique index one_running_experiment on prompts.experiments (tenant_id, name)
      where status = 'running'`.execute(db);
  await sql`
    create table prompts.optimizations (
      id uuid primary key,
      ${tenant},
      name text not null,
      status text not null,
      split_by text not null,
      base_version integer not null,
      instructions text,
      cases jsonb,
      progress jsonb not null,
      proposal jsonb,
      reason text,
      accepted_version integer,
      decided_by text,
      requested_by text not null,
      requested_by_id text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      foreign key (tenant_id, name) references prompts.prompts (tenant_id, name)
    )`.execute(db);
  for (const table of [
    'prompts',
    'versions',
    'labels',
    'label_moves',
    'checks',
    'approvals',
    'settings',
    'experiments',
    'optimizations',
  ]) {
    await sql`select platform.protect(${`prompts.${table}`}::regclass)`.execute(db);
  }
  await sql`alter table evaluations.runs add column prompts jsonb not null default '[]'`.execute(db);
  await sql`
    create index on judgement.judgements (tenant_id, (prompt ->> 'experimentId'))
      where prompt ->> 'experimentId' is not null`.execute(db);
}
