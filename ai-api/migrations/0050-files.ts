import { type Kysely, sql } from 'kysely';

/** Files by version with who may read them, what was found in them, and the reports that are kept as files. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema files`.execute(db);
  await sql`create schema compliance`.execute(db);
  await sql`grant usage on schema files, compliance to ai_manager_app`.execute(db);
  await files(db);
  await sharing(db);
  await reports(db);
  for (const table of ['files', 'versions', 'parts', 'scans', 'permissions', 'settings'])
    await sql`select platform.protect(${`files.${table}`}::regclass)`.execute(db);
  await sql`select platform.protect('compliance.reports')`.execute(db);
}

async function files(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table files.files (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      name text not null,
      category text not null check (category in ('document', 'image', 'data', 'archive', 'policy', 'attachment',
        'report', 'export')),
      origin text not null check (origin in ('upload', 'policy', 'approval', 'performance', 'audit')),
      bucket text not null check (bucket in ('files', 'audit')),
      owner text not null,
      owner_name text not null,
      about text[] not null default '{}',
      version integer not null default 0,
      ready_version integer,
      deleted_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on files.files (tenant_id, id desc) where deleted_at is null`.execute(db);
  await sql`create index on files.files using gin (about)`.execute(db);
  await sql`
    create table files.versions (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      file_id uuid not null references files.files (id) on delete cascade,
      version integer not null check (version > 0),
      object_key text not null,
      bytes bigint not null check (bytes >= 0),
      received bigint not null,
      sha256 text,
      content_type text not null,
      state text not null check (state in ('receiving', 'scanning', 'ready', 'quarantined', 'rejected',
        'scan_failed')),
      reason text,
      scan text check (scan in ('clean', 'infected', 'not scanned', 'made here')),
      scanned_at timestamptz,
      comment text,
      restored_from integer,
      uploaded_by text not null,
      uploaded_name text not null,
      released_by text,
      release_reason text,
      expires_at timestamptz,
      created_at timestamptz not null default now(),
      unique (file_id, version)
    )`.execute(db);
  await sql`create index on files.versions (tenant_id, state, id)`.execute(db);
  await sql`create index on files.versions (expires_at) where state = 'receiving'`.execute(db);
  await sql`
    create table files.parts (
      version_id uuid not null references files.versions (id) on delete cascade,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      start bigint not null,
      bytes bigint not null check (bytes > 0),
      object_key text not null,
      primary key (version_id, start)
    )`.execute(db);
  await sql`
    create table files.scans (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      version_id uuid not null references files.versions (id) on delete cascade,
      outcome text not null check (outcome in ('clean', 'infected', 'not scanned', 'refused', 'failed')),
      scanner text,
      finding text,
      at timestamptz not null
    )`.execute(db);
  await sql`create index on files.scans (version_id, id)`.execute(db);
}

async function sharing(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table files.permissions (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      file_id uuid not null references files.files (id) on delete cascade,
      kind text not null check (kind in ('role', 'person', 'link')),
      role text,
      user_id uuid,
      token_hash text unique,
      access text not null check (access in ('read', 'write')),
      expires_at timestamptz,
      downloads integer not null default 0,
      granted_by text not null,
      created_at timestamptz not null default now(),
      check (num_nonnulls(role, user_id, token_hash) = 1),
      check (kind <> 'link' or (access = 'read' and expires_at is not null))
    )`.execute(db);
  await sql`create index on files.permissions (file_id)`.execute(db);
  await sql`
    create table files.settings (
      tenant_id uuid primary key default platform.current_tenant() references identity.tenants (id),
      quota_bytes bigint not null default 10737418240,
      require_scan boolean not null default false,
      refused_days integer not null default 30
    )`.execute(db);
}

async function reports(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table compliance.reports (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null,
      subject text,
      period_from timestamptz,
      period_to timestamptz,
      basis text not null,
      controls text[] not null,
      covers text not null,
      not_covered text not null,
      files uuid[] not null,
      made_by text not null,
      made_at timestamptz not null
    )`.execute(db);
  await sql`create index on compliance.reports (tenant_id, id desc)`.execute(db);
  await sql`create index on compliance.reports (tenant_id, subject) where subject is not null`.execute(db);
}
