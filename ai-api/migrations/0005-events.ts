import { type Kysely, sql } from 'kysely';

/** The outbox of events, the endpoints that subscribed and what became of each delivery. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema events`.execute(db);
  await sql`grant usage on schema events to ai_manager_app`.execute(db);
  await sql`
    create table events.outbox (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      type text not null,
      data jsonb not null,
      occurred_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table events.endpoints (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      url text not null,
      events text[] not null,
      secret text not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table events.deliveries (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      event_id uuid not null references events.outbox (id),
      endpoint_id uuid not null references events.endpoints (id) on delete cascade,
      status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
      attempts integer not null default 0,
      last_error text,
      updated_at timestamptz not null default now(),
      unique (event_id, endpoint_id)
    )`.execute(db);
  await sql`create index on events.deliveries (endpoint_id, id desc)`.execute(db);
  for (const table of ['outbox', 'endpoints', 'deliveries']) {
    await sql`select platform.protect(${`events.${table}`}::regclass)`.execute(db);
  }
}
