import { sql } from 'kysely';
import type { TenantTransaction } from '../platform/database/index.ts';

/** One subject of an experiment with a prompt, by the means of its judgements. */
export interface ExperimentSubject {
  subjectId: string;
  /** The label that the subject is judged by. */
  label: string;
  judgements: number;
  /** Shares of the subject's judgements, 0 to 1. */
  overridden: number;
  needsReview: number;
  modelFailed: number;
  score: number | null;
}

/** Subjects that a model was asked about under an experiment. Overridden is what a person decided otherwise. */
export async function experimentSubjects(
  transaction: TenantTransaction,
  experimentId: string,
): Promise<ExperimentSubject[]> {
  const { rows } = await sql<ExperimentSubject>`
    select past.subject_id as "subjectId", past.prompt ->> 'label' as label,
      count(*)::integer as judgements,
      avg(case when exists (
        select 1 from judgement.judgements as human
        where human.supersedes = past.id and human.engine = 'human'
          and (human.grade <> coalesce(past.proposal ->> 'grade', past.grade)
            or human.outcome is distinct from coalesce(past.outcome, past.proposal ->> 'outcome'))
      ) then 1 else 0 end)::double precision as overridden,
      avg(past.needs_review::integer)::double precision as "needsReview",
      avg((past.model_failure is not null)::integer)::double precision as "modelFailed",
      avg(coalesce(past.score, (past.proposal ->> 'score')::double precision))::double precision as score
    from judgement.judgements as past
    where past.prompt ->> 'experimentId' = ${experimentId} and past.engine <> 'human' and not past.dry_run
    group by past.subject_id, past.prompt ->> 'label'
    order by past.subject_id`.execute(transaction);
  return rows;
}

/** One judgement under an experiment. */
interface ExperimentJudgement {
  judgementId: string;
  subjectId: string;
  label: string;
  grade: string;
}

/** Judgements that a model was asked for under an experiment. */
export async function experimentJudgements(
  transaction: TenantTransaction,
  experimentId: string,
): Promise<ExperimentJudgement[]> {
  const { rows } = await sql<ExperimentJudgement>`
    select id as "judgementId", subject_id as "subjectId", prompt ->> 'label' as label,
      coalesce(proposal ->> 'grade', grade) as grade
    from judgement.judgements
    where prompt ->> 'experimentId' = ${experimentId} and engine <> 'human' and not dry_run`.execute(
    transaction,
  );
  return rows;
}
