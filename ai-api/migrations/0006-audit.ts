import { type Kysely, sql } from 'kysely';

/**
 * The audit trail: entries chained by hash in monthly partitions, what they were about in rows that can be
 * erased, the head of each tenant's chain, and how long the erasable part is kept. The application may append
 * and read; only `audit.erase_payloads` takes anything away.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema audit`.execute(db);
  await sql`grant usage on schema audit to ai_manager_app`.execute(db);
  await sql`
    create table audit.events (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      seq bigint not null,
      occurred_at timestamptz(3) not null,
      actor_key_id uuid,
      actor_name text not null,
      acting_for text,
      operation text not null,
      subject text not null,
      request_id text,
      payload_digest text not null,
      previous_hash text not null,
      hash text not null,
      primary key (tenant_id, seq, occurred_at)
    ) partition by range (occurred_at)`.execute(db);
  await sql`create index on audit.events (tenant_id, subject, seq)`.execute(db);
  await sql`create index on audit.events (tenant_id, occurred_at)`.execute(db);
  await sql`create table audit.events_default partition of audit.events default`.execute(db);
  await sql`
    create table audit.payloads (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      seq bigint not null,
      part integer not null,
      subjects text[] not null,
      digest text not null,
      salt text,
      content text,
      recorded_at timestamptz(3) not null,
      erased_at timestamptz,
      erased_reason text,
      erased_in bigint,
      primary key (tenant_id, seq, part),
      check (num_nonnulls(salt, content) in (0, 2)),
      check (num_nonnulls(content, erased_at) = 1),
      check (num_nonnulls(erased_at, erased_reason, erased_in) in (0, 3))
    )`.execute(db);
  await sql`create index on audit.payloads using gin (subjects)`.execute(db);
  await sql`create index on audit.payloads (tenant_id, recorded_at) where content is not null`.execute(db);
  await sql`
    create table audit.heads (
      tenant_id uuid primary key default platform.current_tenant() references identity.tenants (id),
      seq bigint not null,
      previous_hash text not null,
      hash text not null
    )`.execute(db);
  await sql`
    create table audit.retention_policies (
      tenant_id uuid primary key default platform.current_tenant() references identity.tenants (id),
      years integer not null check (years between 1 and 100),
      updated_at timestamptz not null default now()
    )`.execute(db);
  for (const table of ['events', 'events_default', 'payloads', 'heads', 'retention_policies']) {
    await sql`select platform.protect(${`audit.${table}`}::regclass)`.execute(db);
  }
  await sql`revoke all on audit.events_default from ai_manager_app`.execute(db);
  await sql`revoke update, delete on audit.events, audit.payloads from ai_manager_app`.execute(db);
  await sql`revoke delete on audit.heads, audit.retention_policies from ai_manager_app`.execute(db);
  await addHashing(db);
  await addPartitioning(db);
  await addErasing(db);
}

/** `audit.hash_entry`: SHA-256 of the previous hash and an entry's canonical JSON, both hashes in hex. */
async function addHashing(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audit.hash_entry(previous_hash text, entry text) returns text language sql immutable
    return encode(sha256(decode(previous_hash, 'hex') || convert_to(entry, 'UTF8')), 'hex')`.execute(db);
}

/** `audit.ensure_partition`: makes a month's partition, and moves there what the default one took meanwhile. */
async function addPartitioning(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audit.ensure_partition(day date) returns boolean language plpgsql as $$
    declare
      lower_bound timestamptz := date_trunc('month', day::timestamp) at time zone 'UTC';
      upper_bound timestamptz := (date_trunc('month', day::timestamp) + interval '1 month') at time zone 'UTC';
      partition text := 'audit.events_' || to_char(day, 'YYYY_MM');
    begin
      perform pg_advisory_xact_lock(hashtext('audit.ensure_partition'));
      if to_regclass(partition) is not null then
        return false;
      end if;
      execute format('create table %s (like audit.events including defaults including constraints)', partition);
      lock table audit.events_default in access exclusive mode;
      execute format(
        'with moved as (delete from audit.events_default where occurred_at >= %L and occurred_at < %L returning *)
         insert into %s select * from moved', lower_bound, upper_bound, partition);
      execute format(
        'alter table audit.events attach partition %s for values from (%L) to (%L)',
        partition, lower_bound, upper_bound);
      perform platform.protect(partition::regclass);
      execute format('revoke all on %s from ai_manager_app', partition);
      return true;
    end $$`.execute(db);
  await sql`revoke execute on function audit.ensure_partition(date) from public`.execute(db);
}

/** `audit.erase_payloads`: the only way to take something away, and only the content goes. */
async function addErasing(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audit.erase_payloads(about text, older_than timestamptz, reason text, entry bigint)
    returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      erased bigint;
    begin
      if about is null and older_than is null then
        raise exception 'erasing needs a subject or an age';
      end if;
      update audit.payloads
      set content = null, salt = null, erased_at = clock_timestamp(), erased_reason = reason, erased_in = entry
      where tenant_id = platform.current_tenant() and content is not null
        and (about is null or subjects @> array[about])
        and (older_than is null or recorded_at < older_than);
      get diagnostics erased = row_count;
      return erased;
    end $$`.execute(db);
  await sql`revoke execute on function audit.erase_payloads(text, timestamptz, text, bigint) from public`.execute(
    db,
  );
  await sql`grant execute on function audit.erase_payloads(text, timestamptz, text, bigint) to ai_manager_app`.execute(
    db,
  );
}
