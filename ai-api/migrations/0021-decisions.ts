import { type Kysely, sql } from 'kysely';

/** Questions that a person answers with yes or no, whom they were sent to, and the links that answer them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema decisions`.execute(db);
  await sql`grant usage on schema decisions to ai_manager_app`.execute(db);
  await sql`
    create table decisions.requests (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      title text not null,
      message text,
      details jsonb not null default '{}',
      approve_label text not null,
      decline_label text not null,
      reason_required boolean not null,
      reference text,
      callback_url text,
      callback_state text check (callback_state in ('pending', 'delivered', 'failed')),
      status text not null default 'pending'
        check (status in ('pending', 'approved', 'declined', 'expired', 'cancelled')),
      reason text,
      decided_at timestamptz,
      decided_via text check (decided_via in ('link', 'api')),
      decided_by text,
      requested_by text not null,
      expires_at timestamptz not null,
      created_at timestamptz not null default now(),
      unique (tenant_id, reference)
    )`.execute(db);
  await sql`create index on decisions.requests (tenant_id, status, id)`.execute(db);
  await sql`
    create table decisions.approvers (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      decision_id uuid not null references decisions.requests (id) on delete cascade,
      email text not null,
      mails integer not null default 0,
      mailed_at timestamptz,
      mail_error text,
      unique (decision_id, email)
    )`.execute(db);
  await sql`
    create table decisions.links (
      hash text primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      approver_id uuid not null references decisions.approvers (id) on delete cascade,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index on decisions.links (approver_id)`.execute(db);
  for (const table of ['requests', 'approvers', 'links']) {
    await sql`select platform.protect(${`decisions.${table}`}::regclass)`.execute(db);
  }
}
