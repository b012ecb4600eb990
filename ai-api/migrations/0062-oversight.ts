import { type Kysely, sql } from 'kysely';

/** How far a company lets engines go in each kind of judgement, by version. Only ever appended to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table judgement.oversight (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null,
      version integer not null check (version > 0),
      mode text not null check (mode in ('on', 'propose', 'people')),
      grade_floor text,
      reason text not null,
      set_by text not null,
      created_at timestamptz not null default now(),
      unique (tenant_id, kind, version)
    )`.execute(db);
  await sql`select platform.protect('judgement.oversight')`.execute(db);
}
