import { type Kysely, sql } from 'kysely';

/** Tenants and their API keys, and `platform.protect`, which every later table with tenant data calls. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Roles belong to the whole server, where another database may make the same one at this moment.
  await sql`
    do $$ begin
      begin
        create role ai_manager_app nologin;
      exception when duplicate_object or unique_violation then null;
      end;
      begin
        execute format('grant ai_manager_app to %I', current_user);
      exception when unique_violation or internal_error then null;
      end;
    end $$`.execute(db);
  await sql`create schema if not exists platform`.execute(db);
  await sql`
    create function platform.current_tenant() returns uuid language sql stable
    return nullif(current_setting('app.current_tenant', true), '')::uuid`.execute(db);
  await sql`
    create function platform.protect(target regclass, tenant_column name default 'tenant_id') returns void language plpgsql as $$
    begin
      execute format('alter table %s enable row level security', target);
      execute format('alter table %s force row level security', target);
      execute format(
        'create policy tenant_isolation on %s to ai_manager_app using (%I = platform.current_tenant()) with check (%I = platform.current_tenant())',
        target, tenant_column, tenant_column);
      execute format('create policy owner_access on %s to %I using (true) with check (true)', target, current_user);
      execute format('grant select, insert, update, delete on %s to ai_manager_app', target);
    end $$`.execute(db);
  await sql`grant usage on schema platform to ai_manager_app`.execute(db);

  await sql`create schema identity`.execute(db);
  await sql`grant usage on schema identity to ai_manager_app`.execute(db);
  await sql`
    create table identity.tenants (
      id uuid primary key,
      name text not null unique,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table identity.api_keys (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      name text not null,
      prefix text not null unique,
      secret_hash text not null,
      roles text[] not null,
      expires_at timestamptz,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`select platform.protect('identity.tenants', 'id')`.execute(db);
  await sql`select platform.protect('identity.api_keys')`.execute(db);
}
