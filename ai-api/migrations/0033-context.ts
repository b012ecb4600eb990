import { type Kysely, sql } from 'kysely';

/** Tables whose rows lie in the partition of the month in which their conversation began. */
const PARTITIONED = ['messages', 'tool_calls', 'edits'];

/**
 * Conversations with coding assistants: what was said, which tools were called and what they changed, the passages that
 * are searched, who may read what, and what may not be stored again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema context`.execute(db);
  await sql`grant usage on schema context to ai_manager_app`.execute(db);
  await addConversations(db);
  await addMessages(db);
  await addPolicies(db);
  await addPartitioning(db);
  for (const table of [
    'conversations',
    'records',
    'commits_seen',
    'redactions',
    'removals',
    'policies',
    'shares',
    ...PARTITIONED.flatMap((name) => [name, `${name}_default`]),
  ])
    await sql`select platform.protect(${`context.${table}`}::regclass)`.execute(db);
  for (const table of PARTITIONED)
    await sql`revoke all on ${sql.raw(`context.${table}_default`)} from ai_manager_app`.execute(db);
}

async function addConversations(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table context.conversations (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      tool text not null,
      session_id text not null,
      month date not null,
      owner text not null,
      owner_name text not null,
      parent_session_id text,
      parent_id uuid references context.conversations (id) on delete set null,
      continues_id uuid references context.conversations (id) on delete set null,
      agent_name text,
      title text not null,
      titled_by_person boolean not null default false,
      working_directory text,
      repository text,
      branch text,
      tool_version text,
      local_time boolean not null default false,
      started_at timestamptz,
      ended_at timestamptz,
      active_at timestamptz not null,
      is_private boolean not null default false,
      tags text[] not null default '{}',
      pull_requests text[] not null default '{}',
      models text[] not null default '{}',
      files text[] not null default '{}',
      messages integer not null default 0,
      tool_calls integer not null default 0,
      commits integer not null default 0,
      redactions integer not null default 0,
      tokens_input bigint not null default 0,
      tokens_output bigint not null default 0,
      tokens_cache_read bigint not null default 0,
      tokens_cache_write bigint not null default 0,
      embedding_status text not null default 'pending' check (embedding_status in ('pending', 'completed', 'failed')),
      embedding_error text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (tenant_id, tool, session_id)
    )`.execute(db);
  await sql`create index on context.conversations (tenant_id, active_at desc, id desc)`.execute(db);
  await sql`create index on context.conversations (tenant_id, repository, active_at desc)`.execute(db);
  await sql`create index on context.conversations (tenant_id, owner, active_at desc)`.execute(db);
  await sql`create index on context.conversations (tenant_id, parent_session_id) where parent_session_id is not null`.execute(
    db,
  );
  await sql`create index on context.conversations (parent_id)`.execute(db);
  await sql`create index on context.conversations (continues_id)`.execute(db);
  await sql`create index on context.conversations (tenant_id) where embedding_status <> 'completed'`.execute(
    db,
  );
  await sql`
    create table context.commits_seen (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      sha text not null,
      kind text not null check (kind in ('made', 'head', 'pull-request')),
      subject text,
      branch text,
      message_id uuid,
      primary key (tenant_id, conversation_id, sha, kind)
    )`.execute(db);
  await sql`create index on context.commits_seen (tenant_id, left(sha, 7))`.execute(db);
  await sql`create index on context.commits_seen (conversation_id)`.execute(db);
}

async function addMessages(db: Kysely<unknown>): Promise<void> {
  // Which conversation owns a record of a source. Without a conversation, the record was removed and stays out.
  await sql`
    create table context.records (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      id uuid not null,
      conversation_id uuid references context.conversations (id),
      place double precision not null,
      digest text not null,
      primary key (tenant_id, id)
    )`.execute(db);
  await sql`create index on context.records (conversation_id)`.execute(db);
  await sql`
    create table context.messages (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      month date not null,
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      id uuid not null,
      record_id text not null,
      parent_id uuid,
      place double precision not null,
      author text not null check (author in ('human', 'assistant', 'tool', 'system')),
      text text not null,
      thinking text,
      model text,
      tokens_input bigint,
      tokens_output bigint,
      tokens_cache_read bigint,
      tokens_cache_write bigint,
      said_at timestamptz,
      primary key (conversation_id, id, month)
    ) partition by range (month)`.execute(db);
  await sql`create index on context.messages (conversation_id, place)`.execute(db);
  await sql`create index on context.messages using brin (said_at)`.execute(db);
  await sql`
    create table context.tool_calls (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      month date not null,
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      message_id uuid not null,
      place integer not null,
      source_id text not null,
      name text not null,
      action text not null,
      input text not null,
      output text,
      failed boolean not null,
      rejected boolean not null,
      files_read text[] not null,
      primary key (conversation_id, message_id, place, month)
    ) partition by range (month)`.execute(db);
  await sql`
    create table context.edits (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      month date not null,
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      message_id uuid not null,
      call_place integer not null,
      place integer not null,
      path text not null,
      before text,
      after text,
      primary key (conversation_id, message_id, call_place, place, month)
    ) partition by range (month)`.execute(db);
  await sql`create index on context.edits (tenant_id, path)`.execute(db);
  for (const table of PARTITIONED)
    await sql`create table ${sql.raw(`context.${table}_default`)} partition of ${sql.raw(`context.${table}`)} default`.execute(
      db,
    );
  await sql`
    create table context.redactions (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      message_id uuid not null,
      field text not null,
      rule text not null,
      count integer not null,
      primary key (tenant_id, conversation_id, message_id, field, rule)
    )`.execute(db);
  await sql`create index on context.redactions (conversation_id)`.execute(db);
}

async function addPolicies(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table context.policies (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      scope text not null check (scope in ('repository', 'path')),
      pattern text not null,
      action text not null check (action in ('keep', 'redact', 'do-not-save')),
      reason text,
      created_by text not null,
      created_at timestamptz not null default now(),
      unique (tenant_id, scope, pattern)
    )`.execute(db);
  // Session ids are kept as digests: what was removed is to leave nothing readable behind.
  await sql`
    create table context.removals (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      session_digest text not null,
      owner text not null,
      reason text not null,
      removed_at timestamptz not null default now(),
      primary key (tenant_id, session_digest)
    )`.execute(db);
  await sql`
    create table context.shares (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      token_hash text not null unique,
      created_by text not null,
      expires_at timestamptz not null,
      revoked_at timestamptz,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on context.shares (conversation_id)`.execute(db);
}

/** `context.ensure_partition`: makes a month's partitions, and moves there what the default ones took meanwhile. */
async function addPartitioning(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function context.ensure_partition(day date) returns boolean language plpgsql as $$
    declare
      lower_bound date := date_trunc('month', day::timestamp)::date;
      upper_bound date := (date_trunc('month', day::timestamp) + interval '1 month')::date;
      suffix text := to_char(day, 'YYYY_MM');
      name text;
    begin
      if to_regclass('context.messages_' || suffix) is not null then
        return false;
      end if;
      perform pg_advisory_xact_lock(hashtext('context.ensure_partition'));
      if to_regclass('context.messages_' || suffix) is not null then
        return false;
      end if;
      foreach name in array array['messages', 'tool_calls', 'edits'] loop
        execute format('create table context.%I (like context.%I including defaults including constraints)',
          name || '_' || suffix, name);
        execute format('lock table context.%I in access exclusive mode', name || '_default');
        execute format(
          'with moved as (delete from context.%I where month >= %L and month < %L returning *)
           insert into context.%I select * from moved',
          name || '_default', lower_bound, upper_bound, name || '_' || suffix);
        execute format('alter table context.%I attach partition context.%I for values from (%L) to (%L)',
          name, name || '_' || suffix, lower_bound, upper_bound);
        perform platform.protect(('context.' || quote_ident(name || '_' || suffix))::regclass);
        execute format('revoke all on context.%I from ai_manager_app', name || '_' || suffix);
      end loop;
      return true;
    end $$`.execute(db);
  await sql`revoke execute on function context.ensure_partition(date) from public`.execute(db);
}
