import { type Kysely, sql } from 'kysely';

/**
 * Whether a person counts in analytics unless they object, or only once they have agreed: what a company chose, from which
 * moment on. Rows are appended; without one, people may object. Agreements are kept beside objections.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table privacy.analytics_bases (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      basis text not null check (basis in ('objection', 'consent')),
      set_by text not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`select platform.protect('privacy.analytics_bases')`.execute(db);
  await sql`
    alter table privacy.objections drop constraint objections_kind_check,
      add constraint objections_kind_check check (kind in ('analytics', 'sharing', 'consent'))`.execute(db);
}
