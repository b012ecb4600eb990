import { type Kysely, sql } from 'kysely';

/**
 * The ledger of model calls, what traces are made of, budgets, and vectors of texts by the space they are in.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema models`.execute(db);
  await sql`grant usage on schema models to ai_manager_app`.execute(db);
  await sql`
    create table models.calls (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      call_id uuid not null,
      attempt integer not null check (attempt > 0),
      kind text not null check (kind in ('chat', 'embedding')),
      purpose text not null,
      subject text,
      judgement_id uuid,
      person text,
      session_id text,
      prompt_name text,
      prompt_version text,
      provider text not null,
      model text not null,
      outcome text not null,
      error text,
      tokens_in integer not null check (tokens_in >= 0),
      tokens_out integer not null check (tokens_out >= 0),
      tokens_cached integer not null check (tokens_cached >= 0),
      tokens_estimated boolean not null,
      cost_micros bigint check (cost_micros >= 0),
      latency_ms integer not null,
      trace_id text,
      input text,
      output text,
      started_at timestamptz not null
    )`.execute(db);
  await sql`create index on models.calls (tenant_id, started_at, id)`.execute(db);
  await sql`create index on models.calls (tenant_id, trace_id) where trace_id is not null`.execute(db);
  await sql`create index on models.calls (tenant_id, judgement_id) where judgement_id is not null`.execute(
    db,
  );
  await sql`
    create table models.traces (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      id text not null,
      content jsonb not null,
      started_at timestamptz not null,
      export_after timestamptz not null default now(),
      export_attempts integer not null default 0,
      exported_at timestamptz,
      primary key (tenant_id, id)
    )`.execute(db);
  await sql`create index on models.traces (export_after) where exported_at is null`.execute(db);
  await sql`create index on models.traces (tenant_id, started_at)`.execute(db);
  await sql`
    create table models.budgets (
      tenant_id uuid primary key default platform.current_tenant() references identity.tenants (id),
      daily_micros bigint not null check (daily_micros >= 0),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table models.embedding_cache (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      provider text not null,
      model text not null,
      dimensions integer not null,
      input_type text not null check (input_type in ('query', 'document')),
      content_hash text not null,
      vector bytea not null,
      used_at timestamptz not null default now(),
      primary key (tenant_id, provider, model, dimensions, input_type, content_hash)
    )`.execute(db);
  await sql`
    create table models.embedding_spaces (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      collection text not null,
      provider text not null,
      model text not null,
      dimensions integer not null check (dimensions > 0),
      state text not null check (state in ('building', 'active')),
      created_at timestamptz not null default now(),
      unique (tenant_id, collection, provider, model, dimensions)
    )`.execute(db);
  await sql`
    create unique index on models.embedding_spaces (tenant_id, collection) where state = 'active'`.execute(
    db,
  );
  await sql`
    create table models.embeddings (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      space_id uuid not null references models.embedding_spaces (id) on delete cascade,
      item_id text not null,
      provider text not null,
      model text not null,
      dimensions integer not null,
      content_hash text not null,
      vector real[] not null,
      primary key (tenant_id, space_id, item_id)
    )`.execute(db);
  for (const table of ['calls', 'traces', 'budgets', 'embedding_cache', 'embedding_spaces', 'embeddings']) {
    await sql`select platform.protect(${`models.${table}`}::regclass)`.execute(db);
  }
}
