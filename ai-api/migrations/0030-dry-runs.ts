import { type Kysely, sql } from 'kysely';

/**
 * Judgements of dry runs are marked, so that nothing learns from them: those of evaluation runs that were dry, and
 * those of requests that were only checked.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table judgement.judgements add column dry_run boolean not null default false`.execute(db);
  await sql`
    update judgement.judgements as judged set dry_run = true
    where subject_id like 'inline:%'
      or exists (
        select 1 from evaluations.evaluations as evaluation
        join evaluations.runs as run on run.id = evaluation.run_id
        where run.dry_run and evaluation.judgement_id = judged.id)
      or exists (
        select 1 from evaluations.project_grades as grade
        join evaluations.runs as run on run.id = grade.run_id
        where run.dry_run and grade.judgement_id = judged.id)`.execute(db);
}
