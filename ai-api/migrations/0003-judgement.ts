import { type Kysely, sql } from 'kysely';

/** Rules by version, and every judgement with the facts it rests on. Both are only ever appended to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema judgement`.execute(db);
  await sql`grant usage on schema judgement to ai_manager_app`.execute(db);
  await sql`
    create table judgement.rules (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null,
      key text not null,
      version integer not null check (version > 0),
      definition jsonb not null,
      enabled boolean not null default true,
      effective_from timestamptz not null default now(),
      created_by text not null,
      created_at timestamptz not null default now(),
      unique (tenant_id, kind, key, version)
    )`.execute(db);
  await sql`
    create table judgement.judgements (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null,
      subject_id text not null,
      grade text not null,
      score double precision,
      coverage double precision not null,
      confidence double precision,
      needs_review boolean not null,
      review_reasons jsonb not null,
      engine text not null check (engine in ('rules', 'model', 'human')),
      criteria jsonb not null,
      feedback text not null,
      facts jsonb not null,
      rules jsonb not null,
      prompt jsonb,
      model text,
      model_failure jsonb,
      tokens_in integer not null default 0,
      tokens_out integer not null default 0,
      trace_id text,
      decided_by text,
      reason text,
      supersedes uuid unique references judgement.judgements (id),
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on judgement.judgements (tenant_id, kind, subject_id, created_at desc)`.execute(db);
  await sql`select platform.protect('judgement.rules')`.execute(db);
  await sql`select platform.protect('judgement.judgements')`.execute(db);
}
