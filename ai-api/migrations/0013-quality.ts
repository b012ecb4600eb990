import { type Kysely, sql } from 'kysely';

/**
 * What people think of judgements: configurations of scores, which judgements are sampled for review and why,
 * who reviews them, and every score with its earlier versions.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema quality`.execute(db);
  await sql`grant usage on schema quality to ai_manager_app`.execute(db);
  await sql`
    create table quality.score_configs (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      name text not null check (name ~ '^[A-Za-z0-9 _.()-]{1,35}$'),
      data_type text not null check (data_type in ('NUMERIC', 'CATEGORICAL', 'BOOLEAN', 'TEXT')),
      description text not null,
      kinds text[],
      min_value double precision,
      max_value double precision,
      categories jsonb,
      source text not null check (source in ('built-in', 'own')),
      archived_at timestamptz,
      created_by text not null,
      created_at timestamptz not null default now(),
      unique (tenant_id, name)
    )`.execute(db);
  await sql`
    create table quality.sampling (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null,
      random_share double precision not null check (random_share between 0 and 1),
      low_confidence double precision not null check (low_confidence between 0 and 1),
      overridden boolean not null,
      flagged boolean not null,
      double_share double precision not null check (double_share between 0 and 1),
      lease_minutes integer not null check (lease_minutes between 1 and 1440),
      updated_by text not null,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, kind)
    )`.execute(db);
  await sql`
    create table quality.reviews (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      judgement_id uuid not null,
      kind text not null,
      subject_id text not null,
      grade text not null,
      outcome text,
      confidence double precision,
      engine text not null,
      prompt jsonb,
      reasons jsonb not null,
      is_random boolean not null,
      priority integer not null,
      wanted integer not null check (wanted in (1, 2)),
      taken integer not null default 0,
      finished integer not null default 0,
      status text not null default 'open' check (status in ('open', 'done')),
      langfuse text not null default 'off' check (langfuse in ('off', 'pending', 'sent', 'failed')),
      langfuse_error text,
      created_at timestamptz not null default now(),
      unique (tenant_id, judgement_id)
    )`.execute(db);
  await sql`
    create index on quality.reviews (tenant_id, kind, priority desc, id) where status = 'open'`.execute(db);
  await sql`create index on quality.reviews (tenant_id, id)`.execute(db);
  await sql`
    create table quality.assignments (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      review_id uuid not null references quality.reviews (id),
      reviewer text not null,
      reviewer_name text not null,
      state text not null check (state in ('claimed', 'done', 'skipped', 'expired')),
      reason text,
      lease_until timestamptz not null,
      claimed_at timestamptz not null default now(),
      ended_at timestamptz,
      unique (tenant_id, review_id, reviewer)
    )`.execute(db);
  await sql`
    create unique index assignments_live on quality.assignments (tenant_id, reviewer) where state = 'claimed'`.execute(
    db,
  );
  await sql`
    create table quality.scores (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      root_id uuid not null,
      version integer not null check (version > 0),
      is_current boolean not null default true,
      judgement_id uuid not null,
      review_id uuid references quality.reviews (id),
      kind text not null,
      config text not null,
      data_type text not null,
      number_value double precision,
      text_value text,
      comment text,
      reason text,
      reviewer text not null,
      reviewer_name text not null,
      trace_id text,
      created_at timestamptz not null default now(),
      langfuse text not null default 'off'
        check (langfuse in ('off', 'pending', 'sent', 'confirmed', 'missing', 'failed')),
      langfuse_error text,
      langfuse_at timestamptz,
      unique (tenant_id, root_id, version)
    )`.execute(db);
  await sql`
    create unique index scores_current on quality.scores (tenant_id, judgement_id, config, reviewer)
    where is_current`.execute(db);
  await sql`create index on quality.scores (tenant_id, id)`.execute(db);
  for (const table of ['score_configs', 'sampling', 'reviews', 'assignments', 'scores'])
    await sql`select platform.protect(${`quality.${table}`}::regclass)`.execute(db);
}
