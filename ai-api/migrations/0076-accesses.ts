import { type Kysely, sql } from 'kysely';

/**
 * Who read what about whom: a row for each reader, person, operation, purpose, reason and hour, with how often. A row is
 * not changed besides its count; `digest` is of what makes it the same, so that erasing names in texts joins no rows.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema accesses`.execute(db);
  await sql`grant usage on schema accesses to ai_manager_app`.execute(db);
  await sql`
    create table accesses.accesses (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      subject text not null,
      viewer text not null,
      viewer_key text,
      role text not null,
      operation text not null,
      purpose text not null,
      detail text not null default '',
      reason text not null default '',
      digest text not null,
      times integer not null default 1 check (times > 0),
      first_at timestamptz not null,
      last_at timestamptz not null,
      unique (tenant_id, digest)
    )`.execute(db);
  await sql`create index on accesses.accesses (tenant_id, subject, id)`.execute(db);
  await sql`create index on accesses.accesses (tenant_id, last_at)`.execute(db);
  await sql`select platform.protect('accesses.accesses')`.execute(db);
  await onlyCounts(db);
}

/** Rows are added and counted up. What one says stays, except for names that an erasure takes out of texts. */
async function onlyCounts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function accesses.only_counts() returns trigger language plpgsql as $$
    begin
      if (new.id, new.tenant_id, new.subject, new.viewer, new.role, new.operation, new.purpose, new.digest, new.first_at)
          is distinct from
          (old.id, old.tenant_id, old.subject, old.viewer, old.role, old.operation, old.purpose, old.digest, old.first_at)
        or new.times < old.times or new.last_at < old.last_at then
        raise exception 'a recorded access is not changed';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger only_counts before update on accesses.accesses
    for each row execute function accesses.only_counts()`.execute(db);
}
