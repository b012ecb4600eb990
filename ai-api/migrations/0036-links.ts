import { type Kysely, sql } from 'kysely';

/** Links between conversations and commits: found by the engine, confirmed, rejected or added by people. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table context.links (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      commit_id uuid not null references context.commits (id) on delete cascade,
      level text not null check (level in ('certain', 'probable', 'added')),
      status text not null check (status in ('suggested', 'confirmed', 'rejected')),
      score double precision,
      reasons jsonb not null,
      message_id uuid,
      judgement_id uuid not null references judgement.judgements (id),
      decided_by text,
      decided_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (conversation_id, commit_id)
    )`.execute(db);
  await sql`create index links_by_commit on context.links (commit_id)`.execute(db);
  await sql`create index links_by_status on context.links (tenant_id, status, id desc)`.execute(db);
  await sql`select platform.protect('context.links')`.execute(db);
}
