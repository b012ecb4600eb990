import { type Kysely, sql } from 'kysely';

/**
 * Figures about conversations and commits, by hour and by day. All of them can be computed again from conversations,
 * commits and links. Rows that name a conversation or commit go with it; days stay when retention removes what they
 * were made of.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addActivity(db);
  await addCommits(db);
  await addGaps(db);
  await addSpend(db);
  for (const table of [
    'activity_hours',
    'activity_days',
    'commit_figures',
    'commit_tokens',
    'knowledge_gaps',
    'knowledge_gap_members',
    'model_prices',
    'vendor_spend',
    'analytics_state',
  ])
    await sql`select platform.protect(${`context.${table}`}::regclass)`.execute(db);
}

async function addActivity(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table context.activity_hours (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      hour timestamptz not null,
      model text not null,
      messages integer not null,
      prompts integer not null,
      tool_calls integer not null,
      edits integer not null,
      edits_rejected integer not null,
      tokens_input bigint not null,
      tokens_output bigint not null,
      tokens_cache_read bigint not null,
      tokens_cache_write bigint not null,
      primary key (conversation_id, hour, model)
    )`.execute(db);
  await sql`create index on context.activity_hours (tenant_id, hour)`.execute(db);
  await sql`
    create table context.activity_days (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      day date not null,
      owner text not null,
      team text not null,
      tool text not null,
      model text not null,
      is_linked boolean not null,
      conversations integer not null,
      conversations_edited integer not null,
      conversations_linked integer not null,
      conversations_suggested integer not null,
      conversations_timed integer not null,
      commit_seconds bigint not null,
      messages integer not null,
      prompts integer not null,
      tool_calls integer not null,
      edits integer not null,
      edits_rejected integer not null,
      tokens_input bigint not null,
      tokens_output bigint not null,
      tokens_cache_read bigint not null,
      tokens_cache_write bigint not null,
      computed_at timestamptz not null,
      primary key (tenant_id, day, owner, tool, model, is_linked)
    )`.execute(db);
  await sql`
    create table context.analytics_state (
      tenant_id uuid primary key default platform.current_tenant() references identity.tenants (id),
      computed_until timestamptz,
      closed_before date,
      retention_days integer check (retention_days between 1 and 36500)
    )`.execute(db);
}

async function addCommits(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table context.commit_figures (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      commit_id uuid primary key references context.commits (id) on delete cascade,
      repository_id uuid not null references context.repositories (id) on delete cascade,
      day date not null,
      author text not null,
      team text not null,
      is_counted boolean not null,
      is_linked boolean not null,
      is_suggested boolean not null,
      lines integer not null,
      lines_followed integer not null,
      lines_reworked integer not null
    )`.execute(db);
  await sql`create index on context.commit_figures (tenant_id, day)`.execute(db);
  await sql`
    create table context.commit_tokens (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      commit_id uuid not null references context.commits (id) on delete cascade,
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      model text not null,
      tokens_input double precision not null,
      tokens_output double precision not null,
      tokens_cache_read double precision not null,
      tokens_cache_write double precision not null,
      primary key (commit_id, conversation_id, model)
    )`.execute(db);
  await sql`create index on context.commit_tokens (conversation_id)`.execute(db);
}

async function addGaps(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table context.knowledge_gaps (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      topic text not null,
      shared text,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table context.knowledge_gap_members (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      gap_id uuid not null references context.knowledge_gaps (id) on delete cascade,
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      asked_at timestamptz not null,
      closeness double precision not null,
      primary key (gap_id, conversation_id)
    )`.execute(db);
  await sql`create index on context.knowledge_gap_members (conversation_id)`.execute(db);
}

async function addSpend(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table context.model_prices (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      model text not null,
      valid_from date not null,
      input_micros double precision not null check (input_micros >= 0),
      output_micros double precision not null check (output_micros >= 0),
      cache_read_micros double precision not null check (cache_read_micros >= 0),
      cache_write_micros double precision not null check (cache_write_micros >= 0),
      set_by text not null,
      set_at timestamptz not null default now(),
      primary key (tenant_id, model, valid_from)
    )`.execute(db);
  await sql`
    create table context.vendor_spend (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      vendor text not null,
      day date not null,
      model text not null,
      cost_micros bigint not null,
      imported_by text not null,
      imported_at timestamptz not null default now(),
      primary key (tenant_id, vendor, day, model)
    )`.execute(db);
}
