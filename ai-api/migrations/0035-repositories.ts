import { type Kysely, sql } from 'kysely';

/** Repositories and their commits, and the connections to GitHub and GitLab that tell of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table context.git_connections (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      provider text not null check (provider in ('github', 'gitlab')),
      name text not null,
      api_url text not null,
      webhook_secret text not null,
      previous_secret text,
      previous_until timestamptz,
      credential text,
      last_delivery_at timestamptz,
      last_error text,
      created_at timestamptz not null default now(),
      unique (tenant_id, name)
    )`.execute(db);
  await sql`
    create table context.git_deliveries (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      connection_id uuid not null references context.git_connections (id) on delete cascade,
      delivery_key text not null,
      event text not null,
      state text not null default 'queued' check (state in ('queued', 'processed', 'ignored', 'failed')),
      reason text,
      payload text,
      received_at timestamptz not null default now(),
      processed_at timestamptz,
      unique (connection_id, delivery_key)
    )`.execute(db);
  await sql`create index git_deliveries_by_age on context.git_deliveries (tenant_id, received_at)`.execute(
    db,
  );
  await sql`
    create table context.repositories (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      host text not null,
      full_name text not null,
      name_key text not null,
      connection_id uuid references context.git_connections (id) on delete set null,
      default_branch text,
      web_url text,
      created_at timestamptz not null default now(),
      unique (tenant_id, name_key)
    )`.execute(db);
  await sql`
    create table context.commits (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      repository_id uuid not null references context.repositories (id) on delete cascade,
      sha text not null,
      message text not null,
      author_name text,
      author_email text,
      authored_at timestamptz not null,
      authored_offset integer not null default 0,
      committed_at timestamptz not null,
      parents text[] not null default '{}',
      branch text,
      kind text not null check (kind in ('ordinary', 'merge', 'bot', 'release')),
      added integer,
      deleted integer,
      patch_id text,
      web_url text,
      source text not null check (source in ('push', 'api', 'capture')),
      unreachable_at timestamptz,
      recorded_at timestamptz not null default now(),
      unique (repository_id, sha)
    )`.execute(db);
  await sql`create index commits_by_time on context.commits (tenant_id, committed_at desc, id desc)`.execute(
    db,
  );
  await sql`create index commits_by_sha on context.commits (tenant_id, sha text_pattern_ops)`.execute(db);
  await sql`create index commits_by_patch on context.commits (repository_id, patch_id)`.execute(db);
  await sql`
    create table context.commit_files (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      commit_id uuid not null references context.commits (id) on delete cascade,
      path text not null,
      previous_path text,
      change text not null check (change in ('added', 'modified', 'removed', 'renamed')),
      added integer,
      deleted integer,
      patch text,
      primary key (commit_id, path)
    )`.execute(db);
  await sql`create index commit_files_by_path on context.commit_files (tenant_id, path)`.execute(db);
  await sql`
    create table context.commit_heirs (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      commit_id uuid not null references context.commits (id) on delete cascade,
      heir_id uuid not null references context.commits (id) on delete cascade,
      how text not null check (how in ('told', 'same-change', 'same-author-and-time', 'squash', 'cherry-pick')),
      found_at timestamptz not null default now(),
      primary key (commit_id, heir_id)
    )`.execute(db);
  await sql`create index commit_heirs_by_heir on context.commit_heirs (heir_id)`.execute(db);
  for (const table of [
    'git_connections',
    'git_deliveries',
    'repositories',
    'commits',
    'commit_files',
    'commit_heirs',
  ])
    await sql`select platform.protect(${`context.${table}`}::regclass)`.execute(db);
}
