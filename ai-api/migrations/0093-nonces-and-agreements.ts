import { type Kysely, sql } from 'kysely';

/** Nonces of requests that a platform signed, and by which key an agreement to analytics came. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await nonces(db);
  await sql`alter table privacy.objections add column through_key text`.execute(db);
}

/** Digests alone. They belong to the installation: no company reads or writes them. */
async function nonces(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identity.platform_nonces (
      digest text primary key,
      ends_at timestamptz not null
    )`.execute(db);
  await sql`create index on identity.platform_nonces (ends_at)`.execute(db);
  await sql`alter table identity.platform_nonces enable row level security`.execute(db);
  await sql`alter table identity.platform_nonces force row level security`.execute(db);
  await sql`
    create policy tenant_isolation on identity.platform_nonces to ai_manager_app
    using (false) with check (false)`.execute(db);
  const { rows } = await sql<{ owner: string }>`select current_user as owner`.execute(db);
  await sql`
    create policy owner_access on identity.platform_nonces to ${sql.id(rows[0]?.owner ?? '')}
    using (true) with check (true)`.execute(db);
}
