import { type Kysely, sql } from 'kysely';

/** Gates between the stages of projects, and every evaluation of a project at one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema gates`.execute(db);
  await sql`grant usage on schema gates to ai_manager_app`.execute(db);
  await sql`
    create table gates.gates (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      from_stage text not null,
      to_stage text not null,
      version integer not null default 1,
      name text not null,
      criteria jsonb not null,
      changed_by text not null,
      changed_at timestamptz not null default now(),
      unique (tenant_id, from_stage, to_stage)
    )`.execute(db);
  await sql`
    create table gates.evaluations (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      gate_id uuid not null references gates.gates (id) on delete cascade,
      gate_version integer not null,
      project_id text not null,
      version integer not null default 1,
      criteria jsonb not null,
      judgement_id uuid not null,
      waived_by text,
      waiver text,
      evaluated_by text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on gates.evaluations (tenant_id, project_id, id desc)`.execute(db);
  for (const table of ['gates', 'evaluations']) {
    await sql`select platform.protect(${`gates.${table}`}::regclass)`.execute(db);
  }
}
