import { type Kysely, sql } from 'kysely';

/** Floating licences: products, licences, sessions with their history, denials, blocked devices, signing keys. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema licences`.execute(db);
  await sql`grant usage on schema licences to ai_manager_app`.execute(db);
  await sql`
    create table licences.products (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      code text not null,
      name text not null,
      entitlements text[] not null default '{}',
      created_at timestamptz not null default now(),
      unique (tenant_id, code)
    )`.execute(db);
  await sql`
    create table licences.licences (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      product_id uuid not null references licences.products (id),
      name text not null,
      version integer not null default 1,
      key_prefix text not null unique,
      key_hash text not null,
      max_seats integer not null check (max_seats > 0),
      entitlements text[] not null default '{}',
      policy jsonb not null,
      version_from text,
      version_to text,
      state text not null default 'active' check (state in ('active', 'suspended', 'revoked')),
      starts_at timestamptz,
      expires_at timestamptz,
      seats_at bigint not null default 0,
      seats_revision bigint not null default 0,
      created_by text not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on licences.licences (tenant_id, expires_at) where state = 'active'`.execute(db);
  await sql`
    create table licences.sessions (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      licence_id uuid not null references licences.licences (id),
      member text not null,
      device text not null,
      user_name text not null default '',
      group_name text not null default '',
      state text not null,
      lease_until timestamptz not null,
      queue_seq bigint,
      revision bigint not null,
      requested_at timestamptz not null,
      started_at timestamptz,
      ended_at timestamptz,
      idle_seconds integer,
      token text,
      token_issued_at timestamptz,
      token_expires_at timestamptz
    )`.execute(db);
  await sql`
    create index sessions_live on licences.sessions (licence_id, member)
    where state in ('queued', 'offered', 'held', 'borrowed', 'lingering')`.execute(db);
  await sql`create index on licences.sessions (licence_id, started_at)`.execute(db);
  await sql`create index on licences.sessions (licence_id, device)`.execute(db);
  await sql`create index on licences.sessions (tenant_id, id)`.execute(db);
  await sql`
    create table licences.denials (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      licence_id uuid not null references licences.licences (id),
      device text not null,
      user_name text not null default '',
      code text not null,
      attempts integer not null default 1,
      first_at timestamptz not null,
      last_at timestamptz not null
    )`.execute(db);
  await sql`create index on licences.denials (licence_id, device, code, last_at)`.execute(db);
  await sql`
    create table licences.blocked_devices (
      licence_id uuid not null references licences.licences (id),
      device text not null,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      reason text not null,
      blocked_by text not null,
      created_at timestamptz not null default now(),
      primary key (licence_id, device)
    )`.execute(db);
  await sql`
    create table licences.notices (
      licence_id uuid not null references licences.licences (id),
      expires_at timestamptz not null,
      days_before integer not null,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      primary key (licence_id, expires_at, days_before)
    )`.execute(db);
  for (const table of ['products', 'licences', 'sessions', 'denials', 'blocked_devices', 'notices']) {
    await sql`select platform.protect(${`licences.${table}`}::regclass)`.execute(db);
  }
  await signingKeys(db);
}

/** Keys belong to the installation: no company reads or writes them. */
async function signingKeys(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table licences.signing_keys (
      kid text primary key,
      provider text not null check (provider in ('local', 'kms')),
      key_ref text,
      public_jwk jsonb not null,
      private_key text,
      created_at timestamptz not null,
      verifies_until timestamptz
    )`.execute(db);
  await sql`
    create unique index on licences.signing_keys ((true)) where verifies_until is null`.execute(db);
  await sql`alter table licences.signing_keys enable row level security`.execute(db);
  await sql`alter table licences.signing_keys force row level security`.execute(db);
  await sql`
    create policy tenant_isolation on licences.signing_keys to ai_manager_app using (false) with check (false)`.execute(
    db,
  );
  const { rows } = await sql<{ owner: string }>`select current_user as owner`.execute(db);
  await sql`
    create policy owner_access on licences.signing_keys to ${sql.id(rows[0]?.owner ?? '')}
    using (true) with check (true)`.execute(db);
}
