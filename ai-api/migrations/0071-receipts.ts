import { type Kysely, sql } from 'kysely';

/** Signed receipts of judgements, and the keys of the installation that sign them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema receipts`.execute(db);
  await sql`grant usage on schema receipts to ai_manager_app`.execute(db);
  await receipts(db);
  await keys(db);
}

/** What a receipt discloses is personal data, which an erasure takes; its signed part stays. */
async function receipts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table receipts.receipts (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      judgement_id uuid not null unique,
      subject text,
      signed text not null,
      disclosures text[],
      issued_at timestamptz not null
    )`.execute(db);
  await sql`create index on receipts.receipts (tenant_id, subject)`.execute(db);
  await sql`select platform.protect('receipts.receipts')`.execute(db);
}

/** Keys belong to the installation: no company reads or writes them. */
async function keys(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table receipts.keys (
      kid text primary key,
      public_jwk jsonb not null,
      private_key text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create unique index on receipts.keys ((true))`.execute(db);
  await sql`alter table receipts.keys enable row level security`.execute(db);
  await sql`alter table receipts.keys force row level security`.execute(db);
  await sql`
    create policy tenant_isolation on receipts.keys to ai_manager_app using (false) with check (false)`.execute(
    db,
  );
  const { rows } = await sql<{ owner: string }>`select current_user as owner`.execute(db);
  await sql`
    create policy owner_access on receipts.keys to ${sql.id(rows[0]?.owner ?? '')}
    using (true) with check (true)`.execute(db);
}
