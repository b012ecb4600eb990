import { type Kysely, sql } from 'kysely';

/** Contests of judgements, what they suspend, which user decided a judgement, and who led a project that was judged. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema contests`.execute(db);
  await sql`grant usage on schema contests to ai_manager_app`.execute(db);
  await contests(db);
  await sql`alter table judgement.judgements add column decided_user uuid`.execute(db);
  for (const table of ['evaluations.evaluations', 'evaluations.project_grades', 'approvals.approvals'])
    await sql`alter table ${sql.table(table)} add column contested_at timestamptz`.execute(db);
  await sql`
    alter table gates.evaluations add column contested_at timestamptz, add column builder_id text`.execute(
    db,
  );
  // Who led a project before was not kept: the lead of today is the nearest to it.
  await sql`
    update gates.evaluations as evaluation set builder_id = project.builder_id
    from people.projects as project
    where project.tenant_id = evaluation.tenant_id and project.project_id = evaluation.project_id`.execute(
    db,
  );
  await sql`create index on evaluations.evaluations (tenant_id, judgement_id)`.execute(db);
  await sql`create index on evaluations.project_grades (tenant_id, judgement_id)`.execute(db);
}

/** A judgement has one open contest at most, and no one decides a contest of their own judgement. */
async function contests(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table contests.contests (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      version integer not null default 1,
      judgement_id uuid not null,
      kind text not null,
      subject_id text not null,
      builder_id text,
      state text not null default 'open' check (state in ('open', 'upheld', 'changed', 'withdrawn')),
      reason text not null,
      facts jsonb not null default '[]',
      opened_user uuid not null,
      opened_at timestamptz not null,
      remind_at timestamptz not null,
      due_at timestamptz not null,
      reminded_at timestamptz,
      escalated_at timestamptz,
      closed_at timestamptz,
      decided_by text,
      decided_user uuid,
      decision_reason text,
      result_id uuid,
      sent_to jsonb not null default '[]',
      constraint another_person_decides check (decided_user is distinct from opened_user),
      constraint decided_by_a_person check (state not in ('upheld', 'changed') or decided_user is not null),
      check ((state = 'open') = (closed_at is null))
    )`.execute(db);
  await sql`
    create unique index on contests.contests (tenant_id, judgement_id) where state = 'open'`.execute(db);
  await sql`create index on contests.contests (tenant_id, judgement_id)`.execute(db);
  await sql`create index on contests.contests (tenant_id, builder_id, id)`.execute(db);
  await sql`create index on contests.contests (tenant_id, remind_at) where state = 'open'`.execute(db);
  await sql`select platform.protect('contests.contests')`.execute(db);
}
