import { type Kysely, sql } from 'kysely';

/** Answers kept for repeated requests, the tier that limits a tenant, and the revision that dates a run's answers. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema platform_http`.execute(db);
  await sql`grant usage on schema platform_http to ai_manager_app`.execute(db);
  await sql`
    create table platform_http.idempotency_keys (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      credential text not null,
      operation text not null,
      key_hash text not null,
      request_hash text not null,
      state text not null check (state in ('in_flight', 'done')),
      attempt uuid not null,
      lease_until timestamptz not null,
      status integer,
      headers jsonb,
      body text,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      primary key (tenant_id, credential, operation, key_hash),
      check (state = 'in_flight' or (status is not null and headers is not null))
    )`.execute(db);
  await sql`create index on platform_http.idempotency_keys (expires_at)`.execute(db);
  await sql`select platform.protect('platform_http.idempotency_keys')`.execute(db);
  await sql`
    alter table identity.tenants add column tier text not null default 'starter'
      check (tier in ('starter', 'pro', 'enterprise'))`.execute(db);
  await sql`alter table evaluations.runs add column revision bigint not null default 0`.execute(db);
  await sql`
    create function evaluations.revise_runs() returns trigger language plpgsql as $$
    begin
      update evaluations.runs set revision = revision + 1
        where status = 'completed' and id in (select run_id from changed);
      return null;
    end $$`.execute(db);
  await sql`
    create trigger revise_runs after update on evaluations.evaluations
      referencing new table as changed for each statement execute function evaluations.revise_runs()`.execute(
    db,
  );
}
