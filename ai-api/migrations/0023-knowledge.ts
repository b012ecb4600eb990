import { type Kysely, sql } from 'kysely';

/** Policies with their versions and passages, and conversations about them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema knowledge`.execute(db);
  await sql`grant usage on schema knowledge to ai_manager_app`.execute(db);
  await sql`
    create table knowledge.documents (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      folder text not null check (folder in ('policies', 'sops', 'rubrics', 'templates')),
      name text not null,
      title text not null,
      status text not null default 'active' check (status in ('active', 'superseded', 'retired')),
      superseded_by uuid references knowledge.documents (id),
      reason text,
      version integer not null default 0,

      indexed_version integer,
      created_by text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (tenant_id, folder, name)
    )`.execute(db);
  await sql`
    create table knowledge.versions (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      document_id uuid not null references knowledge.documents (id) on delete cascade,
      version integer not null,
      object_key text not null,
      content_type text not null,
      bytes integer not null,
      sha256 text not null,
      state text not null default 'pending' check (state in ('pending', 'indexed', 'failed')),
      error text,
      pages integer,
      passages integer,
      comment text,
      uploaded_by text not null,
      created_at timestamptz not null default now(),
      unique (tenant_id, document_id, version)
    )`.execute(db);
  await sql`
    create table knowledge.passages (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      document_id uuid not null references knowledge.documents (id) on delete cascade,
      version integer not null,
      place integer not null,
      heading text[] not null,
      page integer,
      text text not null,
      words tsvector generated always as (to_tsvector('english', text)) stored,
      unique (tenant_id, document_id, version, place)
    )`.execute(db);
  await sql`create index on knowledge.passages using gin (words)`.execute(db);
  await sql`
    create table knowledge.conversations (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      owner text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table knowledge.turns (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      conversation_id uuid not null references knowledge.conversations (id) on delete cascade,
      question text not null,
      status text not null check (status in ('answered', 'not said', 'passages')),
      engine text not null check (engine in ('rules', 'model')),
      answer text not null,
      sentences jsonb not null,
      citations jsonb not null,
      model text,
      model_failure text,
      prompt jsonb,
      trace_id text,
      helpful boolean,
      comment text,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on knowledge.turns (conversation_id, id)`.execute(db);
  for (const table of ['documents', 'versions', 'passages', 'conversations', 'turns']) {
    await sql`select platform.protect(${`knowledge.${table}`}::regclass)`.execute(db);
  }
}
