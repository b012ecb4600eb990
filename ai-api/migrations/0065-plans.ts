import { type Kysely, sql } from 'kysely';

/** What companies have subscribed to, what they have used of it, and what was agreed apart from it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema plans`.execute(db);
  await sql`grant usage on schema plans to ai_manager_app`.execute(db);
  await sql`
    create table plans.companies (
      tenant_id uuid primary key default platform.current_tenant() references identity.tenants (id),
      base_plan text not null check (base_plan in ('starter', 'pro', 'enterprise')),
      customer_id text unique,
      subscription_id text,
      plan text not null default 'starter' check (plan in ('starter', 'pro', 'enterprise')),
      status text not null default 'none' check (status in ('none', 'incomplete', 'incomplete_expired', 'trialing',
        'active', 'past_due', 'unpaid', 'paused', 'canceled')),
      period_end timestamptz,
      trial_end timestamptz,
      ends_at_period_end boolean not null default false,
      past_due_since timestamptz,
      version integer not null default 1,
      read_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await overrides(db);
  await counters(db);
  for (const table of ['companies', 'overrides', 'counters', 'notices', 'stripe_events'])
    await sql`select platform.protect(${`plans.${table}`}::regclass)`.execute(db);
}

/** Exactly one of plan, feature and quota is set. */
async function overrides(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table plans.overrides (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      plan text check (plan in ('starter', 'pro', 'enterprise')),
      feature text,
      quota text,
      value bigint check (value >= 0),
      ends_at timestamptz not null,
      reason text not null,
      set_by text not null,
      created_at timestamptz not null,
      ended_at timestamptz,
      check (num_nonnulls(plan, feature, quota) = 1)
    )`.execute(db);
  await sql`create index on plans.overrides (tenant_id, ends_at)`.execute(db);
}

async function counters(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table plans.counters (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      quota text not null,
      day date not null,
      used bigint not null check (used >= 0),
      primary key (tenant_id, quota, day)
    )`.execute(db);
  await sql`
    create table plans.notices (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      quota text not null,
      period text not null,
      quota_limit bigint not null,
      percent integer not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, quota, period, quota_limit, percent)
    )`.execute(db);
  await sql`
    create table plans.stripe_events (
      id text primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      type text not null,
      received_at timestamptz not null
    )`.execute(db);
  await sql`create index on plans.stripe_events (tenant_id, received_at)`.execute(db);
}
