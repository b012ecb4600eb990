import { type Kysely, sql } from 'kysely';

/** Requests of people about their data, legal holds, objections, retention; and erasing the trail's mentions of a person. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema privacy`.execute(db);
  await sql`grant usage on schema privacy to ai_manager_app`.execute(db);
  await sql`
    create table privacy.requests (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null check (kind in ('export', 'erasure', 'objection', 'opt_out', 'company_export')),
      basis text not null check (basis in ('gdpr', 'ccpa')),
      subject text not null,
      person jsonb,
      state text not null check (state in ('open', 'running', 'done', 'refused', 'failed', 'withdrawn')),
      reason text not null,
      verification text not null,
      requested_by text not null,
      requested_user text not null,
      due_at timestamptz not null,
      extended_at timestamptz,
      extension_reason text,
      reminded text not null default '' check (reminded in ('', 'week', 'day', 'overdue')),
      confirmed_by text,
      confirmed_user text,
      confirmed_at timestamptz,
      refusal text,
      error text,
      file_id uuid,
      file_until timestamptz,
      found jsonb not null default '[]',
      not_reached jsonb not null default '[]',
      traces jsonb not null default '[]',
      created_at timestamptz not null default now(),
      started_at timestamptz,
      ended_at timestamptz
    )`.execute(db);
  await sql`create index requests_open on privacy.requests (tenant_id, due_at) where ended_at is null`.execute(
    db,
  );
  await sql`
    create table privacy.steps (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      request_id uuid not null references privacy.requests (id) on delete cascade,
      step text not null,
      module text not null,
      counts jsonb not null,
      done_at timestamptz not null default now(),
      primary key (request_id, step)
    )`.execute(db);
  await sql`
    create table privacy.holds (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      subject text,
      reason text not null,
      set_by text not null,
      created_at timestamptz not null default now(),
      released_at timestamptz,
      released_by text,
      release_reason text
    )`.execute(db);
  await sql`create index holds_active on privacy.holds (tenant_id) where released_at is null`.execute(db);
  await sql`
    create table privacy.objections (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null check (kind in ('analytics', 'sharing')),
      subjects text[] not null,
      request_id uuid references privacy.requests (id) on delete set null,
      created_at timestamptz not null default now(),
      withdrawn_at timestamptz
    )`.execute(db);
  await sql`
    create table privacy.retention (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null,
      days integer check (days > 0),
      set_by text not null,
      set_at timestamptz not null default now(),
      dry_run_at timestamptz,
      dry_run_count bigint,
      ran_at timestamptz,
      ran_count bigint,
      primary key (tenant_id, kind)
    )`.execute(db);
  for (const table of ['requests', 'steps', 'holds', 'objections', 'retention'])
    await sql`select platform.protect(${sql.lit(`privacy.${table}`)})`.execute(db);
  await eraseMentions(db);
}

/**
 * `audit.erase_mentions`: the content of parts that name an erased person goes, as with `audit.erase_payloads`. Both leave
 * what was recorded after the entry that says why: the chain would break.
 */
async function eraseMentions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function audit.erase_payloads(about text, older_than timestamptz, reason text, entry bigint)
    returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      erased bigint;
    begin
      if about is null and older_than is null then
        raise exception 'erasing needs a subject or an age';
      end if;
      update audit.payloads
      set content = null, salt = null, erased_at = clock_timestamp(), erased_reason = reason, erased_in = entry
      where tenant_id = platform.current_tenant() and content is not null and seq < entry
        and (about is null or subjects @> array[about])
        and (older_than is null or recorded_at < older_than);
      get diagnostics erased = row_count;
      return erased;
    end $$`.execute(db);
  await sql`
    create function audit.erase_mentions(pattern text, reason text, entry bigint, since bigint)
    returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      erased bigint;
    begin
      if pattern is null or pattern = '' then
        raise exception 'erasing needs a pattern';
      end if;
      update audit.payloads
      set content = null, salt = null, erased_at = clock_timestamp(), erased_reason = reason, erased_in = entry
      where tenant_id = platform.current_tenant() and content is not null and seq >= since and seq < entry
        and content ~* pattern;
      get diagnostics erased = row_count;
      return erased;
    end $$`.execute(db);
  await sql`revoke execute on function audit.erase_mentions(text, text, bigint, bigint) from public`.execute(
    db,
  );
  await sql`grant execute on function audit.erase_mentions(text, text, bigint, bigint) to ai_manager_app`.execute(
    db,
  );
}
