import { type Kysely, sql } from 'kysely';

/**
 * Health, secrets and attempts of webhook endpoints; the order in which events were committed; tickets of
 * realtime connections; when a run last told its progress.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table events.endpoints
      add column state text not null default 'healthy' check (state in ('healthy', 'failing', 'disabled')),
      add column state_reason text,
      add column failures integer not null default 0,
      add column failing_since timestamptz,
      add column paused_until timestamptz,
      add column previous_secret text,
      add column previous_until timestamptz`.execute(db);
  await sql`
    alter table events.deliveries
      add column round integer not null default 1,
      add column next_attempt_at timestamptz,
      add column created_at timestamptz not null default now()`.execute(db);
  await sql`create index on events.deliveries (endpoint_id) where status = 'pending'`.execute(db);
  await sql`
    create table events.attempts (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      delivery_id uuid not null references events.deliveries (id) on delete cascade,
      at timestamptz not null default now(),
      duration_ms integer not null,
      response_status integer,
      error text
    )`.execute(db);
  await sql`create index on events.attempts (delivery_id, id)`.execute(db);
  await sql`
    alter table events.outbox
      add column committed_in bigint not null default (pg_current_xact_id()::text::bigint)`.execute(db);
  await sql`create index on events.outbox (tenant_id, committed_in, id)`.execute(db);
  await sql`
    create table events.tickets (
      hash text primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      caller jsonb not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index on events.tickets (expires_at)`.execute(db);
  for (const table of ['attempts', 'tickets']) {
    await sql`select platform.protect(${`events.${table}`}::regclass)`.execute(db);
  }
  await sql`alter table evaluations.runs add column progress_at timestamptz`.execute(db);
}
