import { type Kysely, sql } from 'kysely';

/**
 * What authorship notes and agent traces say about the lines of commits, and digests of the lines that a commit adds, by
 * which a commit is found again inside a larger one.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table context.commits add column line_digests integer[]`.execute(db);
  await sql`
    alter table context.commit_heirs
      drop constraint commit_heirs_how_check,
      add constraint commit_heirs_how_check check (
        how in ('told', 'same-change', 'same-author-and-time', 'squash', 'cherry-pick', 'contained', 'restored'))`.execute(
    db,
  );
  await sql`
    create table context.attributions (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      commit_id uuid not null references context.commits (id) on delete cascade,
      source text not null check (source in ('git-ai', 'agent-trace')),
      session_id text not null,
      tool text,
      files jsonb not null,
      recorded_at timestamptz not null default now(),
      primary key (commit_id, source, session_id)
    )`.execute(db);
  await sql`create index attributions_by_session on context.attributions (tenant_id, session_id)`.execute(db);
  await sql`select platform.protect('context.attributions'::regclass)`.execute(db);
}
