import { type Kysely, sql } from 'kysely';

/** Weekly runs: one row for each builder of a run, with the outcome that lists show. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema evaluations`.execute(db);
  await sql`grant usage on schema evaluations to ai_manager_app`.execute(db);
  await sql`
    create table evaluations.runs (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      week text not null check (week ~ '^\\d{4}-W\\d{2}$'),
      dry_run boolean not null,
      status text not null check (status in ('running', 'completed')),
      engine text not null check (engine in ('rules', 'model')),
      started_by text not null,
      started_at timestamptz not null default now(),
      completed_at timestamptz
    )`.execute(db);
  await sql`create unique index runs_official on evaluations.runs (tenant_id, week) where not dry_run`.execute(
    db,
  );
  await sql`
    create table evaluations.evaluations (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      run_id uuid not null references evaluations.runs (id),
      builder_id text not null,
      name text not null,
      email text not null,
      team text not null,
      status text not null default 'pending' check (status in ('pending', 'judged', 'failed')),
      attempts integer not null default 0,
      error text,
      judgement_id uuid,
      grade text,
      score double precision,
      coverage double precision,
      engine text,
      needs_review boolean not null default false,
      feedback text,
      notified_at timestamptz,
      updated_at timestamptz not null default now(),
      unique (tenant_id, run_id, builder_id)
    )`.execute(db);
  await sql`create index on evaluations.evaluations (run_id) where status = 'pending'`.execute(db);
  await sql`
    create table evaluations.project_grades (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      evaluation_id uuid not null references evaluations.evaluations (id),
      run_id uuid not null references evaluations.runs (id),
      project_id text not null,
      name text not null,
      judgement_id uuid not null,
      grade text not null,
      score double precision,
      primary key (tenant_id, run_id, project_id)
    )`.execute(db);
  await sql`create index on evaluations.project_grades (evaluation_id)`.execute(db);
  for (const table of ['runs', 'evaluations', 'project_grades']) {
    await sql`select platform.protect(${`evaluations.${table}`}::regclass)`.execute(db);
  }
}
