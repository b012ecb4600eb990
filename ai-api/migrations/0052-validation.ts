import { type Kysely, sql } from 'kysely';

/** Rule sets by version, what is bound to them, and the history of verdicts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema validation`.execute(db);
  await sql`grant usage on schema validation to ai_manager_app`.execute(db);
  await sql`
    create table validation.rule_sets (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      name text not null,
      title text not null,
      description text not null,
      newest_version integer not null,
      published_version integer,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      primary key (tenant_id, name)
    )`.execute(db);
  await sql`
    create table validation.versions (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      name text not null,
      version integer not null check (version > 0),
      definition jsonb not null,
      comment text not null,
      created_by text not null,
      created_at timestamptz not null default now(),
      published_at timestamptz,
      published_by text,
      primary key (tenant_id, name, version),
      foreign key (tenant_id, name) references validation.rule_sets (tenant_id, name)
    )`.execute(db);
  await sql`
    create table validation.bindings (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      target text not null check (target in ('agent', 'chat')),
      agent_id uuid,
      rule_set text not null,
      action text not null,
      field text,
      max_reasks integer not null,
      approvers jsonb not null,
      created_by text not null,
      created_at timestamptz not null default now(),
      foreign key (tenant_id, rule_set) references validation.rule_sets (tenant_id, name),
      unique nulls not distinct (tenant_id, target, agent_id, rule_set)
    )`.execute(db);
  await sql`
    create table validation.results (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      rule_set text not null,
      version integer not null,
      source text not null,
      reference text,
      text text,
      text_hash text not null,
      request text,
      data jsonb,
      status text not null check (status in ('passed', 'failed', 'unsure')),
      score double precision,
      band text,
      action text not null,
      effect text not null,
      output text,
      after_status text,
      attempt integer not null,
      rules jsonb not null,
      criteria jsonb not null,
      feedback text not null,
      reask_text text,
      engine text not null,
      model text,
      model_failure jsonb,
      decision_id uuid,
      about text,
      requested_by text not null,
      human_status text check (human_status in ('passed', 'failed')),
      human_by text,
      human_reason text,
      human_at timestamptz,
      created_at timestamptz not null,
      foreign key (tenant_id, rule_set, version) references validation.versions (tenant_id, name, version)
    )`.execute(db);
  await sql`create index on validation.results (tenant_id, rule_set, id desc)`.execute(db);
  await sql`create index on validation.results (tenant_id, created_at)`.execute(db);
  await sql`
    create index on validation.results (tenant_id, about) where about is not null`.execute(db);
  await sql`create index on validation.results (tenant_id, requested_by)`.execute(db);
  await sql`
    create index on validation.results (decision_id) where decision_id is not null`.execute(db);
  for (const table of ['rule_sets', 'versions', 'bindings', 'results'])
    await sql`select platform.protect(${`validation.${table}`}::regclass)`.execute(db);
}
