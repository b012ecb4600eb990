import { type Kysely, sql } from 'kysely';

const tenant = 'tenant_id uuid not null default platform.current_tenant() references identity.tenants (id)';

/** Templates by version, what was sent to whom by which channel, what people prefer, and whom nothing may be sent to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema notifications`.execute(db);
  await sql`grant usage on schema notifications to ai_manager_app`.execute(db);
  await templates(db);
  await preferences(db);
  await deliveries(db);
  const tables = [
    ...['templates', 'versions', 'settings', 'profiles', 'preferences', 'suppressions'],
    ...['notifications', 'batches', 'deliveries', 'attempts', 'inbox'],
  ];
  for (const table of tables)
    await sql`select platform.protect(${`notifications.${table}`}::regclass)`.execute(db);
}

async function templates(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table notifications.templates (
      ${sql.raw(tenant)},
      name text not null,
      published_version integer,
      created_at timestamptz not null default now(),
      primary key (tenant_id, name)
    )`.execute(db);
  await sql`
    create table notifications.versions (
      ${sql.raw(tenant)},
      name text not null,
      version integer not null check (version > 0),
      content jsonb not null,
      comment text not null,
      created_by text not null,
      created_by_id text not null,
      created_at timestamptz not null default now(),
      published_at timestamptz,
      published_by text,
      primary key (tenant_id, name, version),
      foreign key (tenant_id, name) references notifications.templates (tenant_id, name)
    )`.execute(db);
}

async function preferences(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table notifications.settings (
      tenant_id uuid primary key default platform.current_tenant() references identity.tenants (id),
      zone text not null default 'UTC',
      locale text not null default 'en',
      quiet_from text check (quiet_from ~ '^\\d\\d:\\d\\d$'),
      quiet_to text check (quiet_to ~ '^\\d\\d:\\d\\d$'),
      digest_hour integer not null default 8 check (digest_hour between 0 and 23),
      retention_days integer not null default 365 check (retention_days between 1 and 3650)
    )`.execute(db);
  await sql`
    create table notifications.profiles (
      ${sql.raw(tenant)},
      user_id uuid not null,
      phone text,
      zone text,
      locale text,
      quiet_from text,
      quiet_to text,
      digest_hour integer check (digest_hour between 0 and 23),
      webhook_url text,
      webhook_secret text,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, user_id)
    )`.execute(db);
  await sql`
    create table notifications.preferences (
      id uuid primary key,
      ${sql.raw(tenant)},
      owner text not null,
      template text not null default '',
      category text not null default '',
      channel text not null default '',
      choice text not null check (choice in ('on', 'off', 'digest')),
      updated_at timestamptz not null default now(),
      unique (tenant_id, owner, template, category, channel)
    )`.execute(db);
  await sql`
    create table notifications.suppressions (
      id uuid primary key,
      ${sql.raw(tenant)},
      channel text not null check (channel in ('email', 'sms')),
      address text not null,
      reason text not null check (reason in ('bounce', 'complaint', 'stop', 'added')),
      detail text not null default '',
      created_at timestamptz not null default now(),
      unique (tenant_id, channel, address)
    )`.execute(db);
}

async function deliveries(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table notifications.notifications (
      id uuid primary key,
      ${sql.raw(tenant)},
      owner text not null,
      user_id uuid,
      name text not null,
      template text not null,
      version integer,
      category text not null,
      critical boolean not null,
      title text not null,
      summary text not null,
      link text,
      source text,
      dedupe_key text,
      digest text not null,
      created_by text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`
    create unique index on notifications.notifications (tenant_id, owner, dedupe_key, digest)
    where dedupe_key is not null`.execute(db);
  await sql`create index on notifications.notifications (tenant_id, owner, id)`.execute(db);
  await sql`
    create table notifications.batches (
      id uuid primary key,
      ${sql.raw(tenant)},
      owner text not null,
      due_at timestamptz not null,
      is_open boolean not null default true,
      notification_id uuid references notifications.notifications (id) on delete set null
    )`.execute(db);
  await sql`create unique index on notifications.batches (tenant_id, owner) where is_open`.execute(db);
  await sql`
    create table notifications.deliveries (
      id uuid primary key,
      ${sql.raw(tenant)},
      notification_id uuid not null references notifications.notifications (id) on delete cascade,
      channel text not null check (channel in ('email', 'sms', 'webhook', 'inbox')),
      address text not null,
      content jsonb not null,
      state text not null check (state in ('pending', 'deferred', 'batched', 'sending', 'sent', 'delivered', 'digested',
        'failed', 'unknown', 'suppressed', 'skipped')),
      not_before timestamptz,
      attempts integer not null default 0,
      round integer not null default 1,
      batch_id uuid references notifications.batches (id),
      provider_id text,
      error_code text,
      error text,
      created_at timestamptz not null,
      sending_at timestamptz,
      sent_at timestamptz,
      ended_at timestamptz
    )`.execute(db);
  await sql`create index on notifications.deliveries (notification_id)`.execute(db);
  await sql`create index on notifications.deliveries (tenant_id, state, id)`.execute(db);
  await sql`create index on notifications.deliveries (provider_id) where provider_id is not null`.execute(db);
  await sql`create index on notifications.deliveries (channel, address)`.execute(db);
  await sql`create index on notifications.deliveries (batch_id) where batch_id is not null`.execute(db);
  await sql`
    create table notifications.attempts (
      id uuid primary key,
      ${sql.raw(tenant)},
      delivery_id uuid not null references notifications.deliveries (id) on delete cascade,
      started_at timestamptz not null,
      duration_ms integer not null,
      outcome text not null check (outcome in ('sent', 'refused', 'failed', 'unknown')),
      code text,
      message text
    )`.execute(db);
  await sql`create index on notifications.attempts (delivery_id)`.execute(db);
  await sql`
    create table notifications.inbox (
      notification_id uuid primary key references notifications.notifications (id) on delete cascade,
      ${sql.raw(tenant)},
      user_id uuid not null,
      seen_at timestamptz,
      read_at timestamptz,
      archived_at timestamptz
    )`.execute(db);
  await sql`create index on notifications.inbox (tenant_id, user_id, notification_id)`.execute(db);
}
