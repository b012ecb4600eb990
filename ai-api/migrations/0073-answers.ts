import { type Kysely, sql } from 'kysely';

/**
 * A week is first for whom it concerns: until `opened_at` its results enter no report, and each builder may answer. Runs
 * from before have no such time and are open.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table evaluations.runs
      add column answer_hours integer not null default 0,
      add column answers_until timestamptz,
      add column opened_at timestamptz`.execute(db);
  await sql`
    create index on evaluations.runs (tenant_id, answers_until)
    where answers_until is not null and opened_at is null`.execute(db);
  await sql`
    alter table evaluations.evaluations
      add column answer text,
      add column answered_at timestamptz`.execute(db);
}
