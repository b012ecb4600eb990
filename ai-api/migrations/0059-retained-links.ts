import { type Kysely, sql } from 'kysely';

/**
 * What retention leaves of the links of conversations that it removes: that a commit has one, and its share of tokens, so
 * that figures of commits stay as they were.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table context.retained_links (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      commit_id uuid not null references context.commits (id) on delete cascade,
      owner text not null,
      status text not null check (status in ('suggested', 'confirmed')),
      model text not null,
      tokens_input double precision not null,
      tokens_output double precision not null,
      tokens_cache_read double precision not null,
      tokens_cache_write double precision not null,
      primary key (commit_id, owner, status, model)
    )`.execute(db);
  await sql`create index on context.retained_links (tenant_id, owner)`.execute(db);
  await sql`select platform.protect('context.retained_links'::regclass)`.execute(db);
}
