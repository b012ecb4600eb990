import type { z } from 'zod';
import type { Grade, JudgementView } from '../../../judgement/index.ts';
import type { evaluation } from './contract.ts';
import type { ProjectGradeRecord } from './grade-store.ts';
import { isWaiting, type RunCounts, type RunRecord } from './run-store.ts';
import type { EvaluationRecord } from './store.ts';

type Operations = (typeof evaluation)['operations'];
export type Run = z.input<Operations['getRun']['output']>;
export type Detail = z.input<Operations['get']['output']>;
export type Result = z.input<Operations['listResults']['output']>['items'][number];

/** A run as the API shows it. */
export function runView(
  run: RunRecord,
  counts: RunCounts,
  failures: EvaluationRecord[],
  notices: string[],
): Run {
  return {
    runId: run.id,
    week: run.week,
    status: run.status,
    dryRun: run.dry_run,
    engine: run.engine,
    startedAt: run.started_at.toISOString(),
    completedAt: run.completed_at?.toISOString() ?? null,
    waiting: isWaiting(run),
    notInformed: run.not_informed,
    answersUntil: run.answers_until?.toISOString() ?? null,
    ...counts,
    failures: failures.map(({ builder_id, name, error }) => ({
      builderId: builder_id,
      name,
      reason: error ?? '',
    })),
    notices,
  };
}

/** An evaluation as lists show it. `grades` may hold those of other evaluations too. */
export function resultView(
  row: EvaluationRecord,
  grades: ProjectGradeRecord[],
  judgements: Map<string, JudgementView>,
  { waiting, isHidden }: { waiting: boolean; isHidden: boolean },
): Result {
  const shown = {
    evaluationId: row.id,
    builderId: row.builder_id,
    name: row.name,
    email: row.email,
    team: row.team,
    status: row.status,
    grade: row.grade as Grade | null,
    score: row.score,
    coverage: row.coverage,
    engine: row.engine,
    needsReview: row.needs_review,
    reviewReasons: reviewReasonsOf(row, judgements),
    contested: row.contested_at !== null,
    waiting,
    answered: row.answered_at !== null,
    feedback: row.feedback,
    projects: grades.filter(({ evaluation_id }) => evaluation_id === row.id).map(projectGrade),
    error: row.error,
    notifiedAt: row.notified_at?.toISOString() ?? null,
  };
  return isHidden ? { ...shown, ...HIDDEN, projects: [] } : shown;
}

/** What of a result others do not have before its builder could answer. */
const HIDDEN = {
  ...{ grade: null, score: null, coverage: null, engine: null, feedback: null },
  ...{ needsReview: false, reviewReasons: [] },
};

/** An evaluation with everything it rests on. */
export function detailView(
  run: RunRecord,
  row: EvaluationRecord,
  grades: ProjectGradeRecord[],
  judgements: Map<string, JudgementView>,
): Detail {
  return {
    evaluationId: row.id,
    runId: run.id,
    week: run.week,
    dryRun: run.dry_run,
    builder: { builderId: row.builder_id, name: row.name, email: row.email, team: row.team },
    status: row.status,
    attempts: row.attempts,
    error: row.error,
    judgement: judgementOf(row, judgements),
    reviewReasons: reviewReasonsOf(row, judgements),
    contested: row.contested_at !== null,
    waiting: isWaiting(run),
    answersUntil: run.answers_until?.toISOString() ?? null,
    answer:
      row.answer === null || row.answered_at === null
        ? null
        : { text: row.answer, at: row.answered_at.toISOString() },
    projects: grades.flatMap((grade) => {
      const judgement = judgements.get(grade.judgement_id);
      return judgement ? [{ ...projectGrade(grade), judgement }] : [];
    }),
    notifiedAt: row.notified_at?.toISOString() ?? null,
  };
}

const CORRECTED = 'Figures that were imported again would give another result.';

/** Why a person should review an evaluation: what its judgement says, or that figures were corrected since. */
function reviewReasonsOf(row: EvaluationRecord, judgements: Map<string, JudgementView>): string[] {
  const judgement = judgementOf(row, judgements);
  return row.needs_review && judgement?.needsReview === false
    ? [CORRECTED]
    : (judgement?.reviewReasons ?? []);
}

function judgementOf(
  { judgement_id: id }: EvaluationRecord,
  judgements: Map<string, JudgementView>,
): JudgementView | null {
  return (id !== null && judgements.get(id)) || null;
}

function projectGrade(row: ProjectGradeRecord) {
  return {
    projectId: row.project_id,
    name: row.name,
    grade: row.grade as Grade,
    score: row.score,
    contested: row.contested_at !== null,
  };
}
