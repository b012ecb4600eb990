import { type Kysely, sql } from 'kysely';

/** Kinds of judgement that decide, and the thresholds at which they may. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table judgement.judgements add column outcome text`.execute(db);
  await sql`
    create table judgement.thresholds (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null,
      version integer not null check (version > 0),
      yes_at double precision not null check (yes_at > 0.5 and yes_at <= 1),
      no_at double precision not null check (no_at > 0.5 and no_at <= 1),
      slope double precision not null check (slope > 0),
      intercept double precision not null,
      reason text not null,
      created_by text not null,
      created_at timestamptz not null default now(),
      unique (tenant_id, kind, version)
    )`.execute(db);
  await sql`select platform.protect('judgement.thresholds')`.execute(db);
}
