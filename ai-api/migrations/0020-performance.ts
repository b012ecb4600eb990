import { type Kysely, sql } from 'kysely';

/** Performance plans: what a builder and an executive agreed on, how it went, how it ended. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema performance`.execute(db);
  await sql`grant usage on schema performance to ai_manager_app`.execute(db);
  await sql`
    create table performance.pips (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      version integer not null default 1,
      builder_id text not null,
      reason text not null,
      goals jsonb not null,
      starts_on date not null,
      ends_on date not null,
      status text not null default 'active' check (status in ('active', 'met', 'not_met', 'cancelled')),
      outcome text,
      created_by text not null,
      closed_by text,
      closed_at timestamptz,
      created_at timestamptz not null default now(),
      check (ends_on > starts_on)
    )`.execute(db);
  await sql`create unique index on performance.pips (tenant_id, builder_id) where status = 'active'`.execute(
    db,
  );
  await sql`
    create table performance.check_ins (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      pip_id uuid not null references performance.pips (id) on delete cascade,
      note text not null,
      progress jsonb not null,
      made_by text not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on performance.check_ins (pip_id, id)`.execute(db);
  for (const table of ['pips', 'check_ins']) {
    await sql`select platform.protect(${`performance.${table}`}::regclass)`.execute(db);
  }
}
