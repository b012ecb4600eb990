import { type Kysely, sql } from 'kysely';

/** Agents by version, the conversations they are held in, and every execution with what it cost. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema agents`.execute(db);
  await sql`grant usage on schema agents to ai_manager_app`.execute(db);
  await sql`
    create table agents.agents (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      name text not null,
      version integer not null default 1,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (tenant_id, name)
    )`.execute(db);
  await sql`
    create table agents.versions (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      agent_id uuid not null references agents.agents (id),
      version integer not null check (version > 0),
      definition jsonb not null,
      created_by text not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, agent_id, version)
    )`.execute(db);
  await sql`
    create table agents.contexts (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      agent_id uuid not null references agents.agents (id),
      owner text not null,
      expires_at timestamptz not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on agents.contexts (expires_at)`.execute(db);
  await sql`
    create table agents.executions (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      agent_id uuid not null references agents.agents (id),
      version integer not null,
      context_id uuid references agents.contexts (id) on delete set null,
      mode text not null check (mode in ('sync', 'async')),
      status text not null check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
      input text not null,
      output jsonb,
      error_kind text,
      error text,
      prompt jsonb,
      model text,
      tokens_in integer not null default 0,
      tokens_out integer not null default 0,
      cost_micros bigint,
      latency_ms integer,
      requested_by text not null,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      ended_at timestamptz
    )`.execute(db);
  await sql`create index on agents.executions (tenant_id, agent_id, id)`.execute(db);
  await sql`create index on agents.executions (tenant_id, agent_id, created_at)`.execute(db);
  await sql`
    create table agents.messages (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      context_id uuid not null references agents.contexts (id) on delete cascade,
      execution_id uuid not null references agents.executions (id),
      role text not null check (role in ('user', 'assistant')),
      content text not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on agents.messages (context_id, id)`.execute(db);
  for (const table of ['agents', 'versions', 'contexts', 'executions', 'messages'])
    await sql`select platform.protect(${`agents.${table}`}::regclass)`.execute(db);
}
