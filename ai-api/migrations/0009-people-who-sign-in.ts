import { type Kysely, sql } from 'kysely';

/**
 * People who sign in: users, how other issuers know them, their sessions and refresh tokens, and sign-ins that are
 * under way; scopes, use, rotation and revocation of API keys.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identity.users (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      email text not null check (email = lower(email)),
      name text not null,
      roles text[] not null,
      status text not null default 'active' check (status in ('active', 'invited', 'disabled')),
      password_hash text,
      invitation_hash text unique,
      invitation_until timestamptz,
      last_sign_in_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (tenant_id, email),
      unique (tenant_id, id),
      check (num_nonnulls(invitation_hash, invitation_until) in (0, 2))
    )`.execute(db);
  await sql`
    create table identity.external_identities (
      tenant_id uuid not null default platform.current_tenant(),
      issuer text not null,
      subject text not null,
      user_id uuid not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, issuer, subject),
      foreign key (tenant_id, user_id) references identity.users (tenant_id, id) on delete cascade
    )`.execute(db);
  await sql`
    create table identity.sessions (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant(),
      user_id uuid not null,
      kind text not null check (kind in ('browser', 'token')),
      secret_hash text unique,
      provider text not null,
      user_agent text,
      created_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now(),
      idle_until timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz,
      ended_because text,
      foreign key (tenant_id, user_id) references identity.users (tenant_id, id) on delete cascade,
      check ((kind = 'browser') = (secret_hash is not null)),
      check (num_nonnulls(ended_at, ended_because) in (0, 2)),
      unique (tenant_id, id)
    )`.execute(db);
  await sql`create index on identity.sessions (tenant_id, user_id) where ended_at is null`.execute(db);
  await sql`
    create table identity.refresh_tokens (
      hash text primary key,
      tenant_id uuid not null default platform.current_tenant(),
      session_id uuid not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz,
      foreign key (tenant_id, session_id) references identity.sessions (tenant_id, id) on delete cascade
    )`.execute(db);
  await sql`create index on identity.refresh_tokens (tenant_id, session_id)`.execute(db);
  await sql`
    create table identity.sign_ins (
      state_hash text primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      provider text not null,
      browser_hash text not null,
      sealed text not null,
      expires_at timestamptz not null
    )`.execute(db);
  for (const table of ['users', 'external_identities', 'sessions', 'refresh_tokens', 'sign_ins']) {
    await sql`select platform.protect(${`identity.${table}`}::regclass)`.execute(db);
  }
  await sql`
    alter table identity.api_keys
      add column scopes text[] not null default '{*}',
      add column created_by text,
      add column last_used_at timestamptz,
      add column previous_hash text,
      add column previous_until timestamptz,
      add column revoked_at timestamptz`.execute(db);
  await sql`create index on people.superbuilders (tenant_id, lower(email))`.execute(db);
}
