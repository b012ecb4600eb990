import { invalidField } from '../../../http/problem.ts';
import {
  findWithFacts,
  type Grade,
  humanGrade,
  isWorse,
  type JudgedByPerson,
  judgeAgain,
  type ReviewedJudgement,
  type StoreJudgement,
  withChanges,
} from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Change, type Contestable, replaced } from '../../ai/contests/index.ts';
import { bookOf } from '../../ai/explanations/index.ts';
import { type Actor, actorOf, decisionBy, displayName } from '../../shared/audit/index.ts';
import {
  findProjectGrade,
  markProjectContested,
  type ProjectGradeRecord,
  projectGradesOf,
  replaceProjectGrade,
} from './grade-store.ts';
import { mean } from './kinds/arithmetic.ts';
import { evaluationKind } from './kinds/builder.ts';
import { projectKind } from './kinds/project.ts';
import { findRun } from './run-store.ts';
import { mailOf, sentToOf } from './sent-to.ts';
import {
  type EvaluationRecord,
  findByJudgement,
  findEvaluation,
  lockEvaluation,
  markContested,
  replaceJudgement,
} from './store.ts';

/** How contested grades of weeks and projects are suspended and changed. */
export function contestedGrades(storeJudgement: StoreJudgement): Contestable[] {
  return [weeks(storeJudgement), projects(storeJudgement)];
}

function weeks(storeJudgement: StoreJudgement): Contestable {
  return {
    kind: evaluationKind.name,
    suspend: async (transaction, { view }, at) => {
      if (!(await markContested(transaction, view.judgementId, at))) throw replaced();
    },
    resume: async (transaction, { view }) => {
      await markContested(transaction, view.judgementId, null);
    },
    change: async (transaction, request, judgement, change) => {
      const row = await requireWeek(transaction, judgement);
      const actor = actorOf(request);
      const decided = gradeAfterContest(actor, judgement, change);
      const id = await store(transaction, storeJudgement, actor, judgement, decided, change.reason);
      const { judgementId } = judgement.view;
      if (!(await replaceJudgement(transaction, row.id, replacing(judgementId, id), decided)))
        throw replaced();
      return id;
    },
    sentTo: async (transaction, judgement) => {
      const row = await requireWeek(transaction, judgement);
      const run = await findRun(transaction, row.run_id);
      return run ? sentToOf(transaction, row, run.week) : mailOf(row);
    },
  };
}

function projects(storeJudgement: StoreJudgement): Contestable {
  return {
    kind: projectKind.name,
    suspend: async (transaction, { view }, at) => {
      if (!(await markProjectContested(transaction, view.judgementId, at))) throw replaced();
    },
    resume: async (transaction, { view }) => {
      await markProjectContested(transaction, view.judgementId, null);
    },
    change: async (transaction, request, judgement, change) => {
      const row = await requireProject(transaction, judgement);
      await lockEvaluation(transaction, row.evaluation_id);
      const actor = actorOf(request);
      const decided = gradeAfterContest(actor, judgement, change);
      const id = await store(transaction, storeJudgement, actor, judgement, decided, change.reason);
      if (!(await replaceProjectGrade(transaction, row, id, decided))) throw replaced();
      await judgeWeekAnew(transaction, storeJudgement, actor, row);
      return id;
    },
    sentTo: async (transaction, judgement) => {
      const row = await requireProject(transaction, judgement);
      const evaluation = await findEvaluation(transaction, row.evaluation_id);
      return evaluation ? mailOf(evaluation) : [];
    },
  };
}

/**
 * Judges the week that rests on the grade of a project anew, by the rules of that time: where the grade or score rises,
 * the new judgement supersedes the old one. A week that a person graded, or that is contested itself, stays as it is.
 */
async function judgeWeekAnew(
  transaction: TenantTransaction,
  storeJudgement: StoreJudgement,
  actor: Actor,
  { evaluation_id, name }: ProjectGradeRecord,
): Promise<void> {
  const row = await findEvaluation(transaction, evaluation_id);
  if (!row?.judgement_id || row.engine === 'human' || row.contested_at !== null) return;
  const before = (await findWithFacts(transaction, [row.judgement_id])).get(row.judgement_id);
  if (!before || before.view.proposal) return;
  const grades = await projectGradesOf(transaction, [evaluation_id]);
  const scores = grades.map(({ score }) => score).filter((score) => score !== null);
  const book = await bookOf(transaction, { kind: evaluationKind }, before);
  const facts = withChanges(before.facts, [
    { path: 'projects.graded', to: scores.length },
    { path: 'projects.meanScore', to: mean(scores) },
  ]);
  const again = await judgeAgain(book, row.builder_id, facts, before.view.criteria);
  if (isWorse(again.grade, before.view.grade) || (again.score ?? 0) <= (before.view.score ?? 0)) return;
  const reason = `Judged anew: the grade of the project ${name} was corrected.`;
  const decided = gradeAfterContest(actor, before, { reason, again, facts });
  const id = await store(transaction, storeJudgement, actor, before, decided, reason);
  await replaceJudgement(transaction, row.id, replacing(row.judgement_id, id), decided);
}

/** @throws {Problem} INVALID_INPUT for a change that says no grade, or a worse one */
function gradeAfterContest(
  actor: Actor,
  { view, subjectId }: ReviewedJudgement,
  { reason, grade, hours, again, facts }: Change,
): JudgedByPerson {
  if (hours !== undefined) throw invalidField('hours', 'are for requests for time');
  const by = again && grade === undefined ? again : null;
  const given = grade ?? by?.grade;
  if (given === undefined) throw invalidField('grade', 'is needed where no fact is accepted');
  const isLower = by !== null && (by.score ?? 0) < (view.score ?? 0);
  if (isWorse(given, view.grade) || (given === view.grade && isLower))
    throw invalidField(
      grade === undefined ? 'facts' : 'grade',
      `would give ${shown(given, by?.score)}, which is lower than what is contested: ${shown(view.grade, view.score)}`,
    );
  if (given === view.grade && (by === null || by.score === view.score))
    throw invalidField(
      grade === undefined ? 'facts' : 'grade',
      `changes nothing: it stays ${given}. Uphold the judgement, or give another grade`,
    );
  return humanGrade(view, subjectId, {
    grade: given,
    score: by?.score ?? null,
    coverage: by?.coverage ?? view.coverage,
    criteria: again?.criteria ?? view.criteria,
    feedback: `Grade ${given}, decided by ${displayName(actor)} after a contest.\n\n${reason}`,
    facts,
  });
}

function shown(grade: Grade, score: number | null = null): string {
  return score === null ? grade : `${grade} (${score})`;
}

async function store(
  transaction: TenantTransaction,
  storeJudgement: StoreJudgement,
  actor: Actor,
  { view }: ReviewedJudgement,
  decided: JudgedByPerson,
  reason: string,
): Promise<string> {
  const human = decisionBy(actor, reason, view.judgementId);
  return (await storeJudgement(transaction, decided, { human })).judgementId;
}

async function requireWeek(
  transaction: TenantTransaction,
  { view }: ReviewedJudgement,
): Promise<EvaluationRecord> {
  const row = await findByJudgement(transaction, view.judgementId);
  if (!row) throw replaced();
  return row;
}

async function requireProject(
  transaction: TenantTransaction,
  { view }: ReviewedJudgement,
): Promise<ProjectGradeRecord> {
  const row = await findProjectGrade(transaction, view.judgementId);
  if (!row) throw replaced();
  return row;
}

/** A grade that a contest changed; the builder is notified of the decision, and gets no second mail of the week. */
function replacing(previous: string, judgementId: string) {
  return { previous, judgementId, isMailDue: false };
}
