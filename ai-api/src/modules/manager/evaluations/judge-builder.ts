import {
  type Judged,
  type JudgementView,
  judge,
  type Rulebook,
  type StoreJudgement,
} from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { OutsideCallError } from '../../../platform/http-client.ts';
import { addWeeks } from '../../../platform/week.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { KnownWeek, People } from '../../shared/people/index.ts';
import { gradedProjects, insertProjectGrades } from './grade-store.ts';
import { builderFacts, TREND_WEEKS } from './kinds/builder.ts';
import { projectFacts } from './kinds/project.ts';
import { type EvaluationRecord, markFailed, markJudged } from './store.ts';

/** The two kinds a week is judged with. */
export interface WeeklyRulebooks {
  builder: Rulebook;
  project: Rulebook;
}

interface Task {
  tenantId: string;
  week: string;
  evaluation: EvaluationRecord;
  dryRun: boolean;
  isLastAttempt: boolean;
  signal: AbortSignal;
  storeJudgement: StoreJudgement;
  /** Called for every judgement that was stored. */
  onJudged?: ((kind: string, engine: string) => void) | undefined;
}

/**
 * Judges one builder and the projects they lead, and stores all of it in one transaction. A source that
 * does not answer marks the evaluation as failed with its reason; everything else that goes wrong rejects
 * and is tried again by the queue, and so does a source that is left alone for a while.
 */
export async function judgeBuilder(
  database: Database,
  people: People,
  rulebooks: WeeklyRulebooks,
  task: Task,
): Promise<void> {
  const { tenantId, week, evaluation, signal } = task;
  let known: KnownWeek;
  try {
    await people.refreshWeek(tenantId, evaluation.builder_id, week, signal);
    known = await people.knownWeek(tenantId, evaluation.builder_id, addWeeks(week, -TREND_WEEKS), week);
  } catch (error) {
    if (!(error instanceof OutsideCallError) || signal.aborted) throw error;
    if (error.kind === 'circuit_open' && !task.isLastAttempt) throw error;
    await database.withTenant(tenantId, (transaction) =>
      fail(transaction, tenantId, evaluation, error.message),
    );
    return;
  }
  const person = evaluation.builder_id;
  const context = { tenantId, signal, person, sessionId: `run:${evaluation.run_id}`, tags: [week] };
  const projects = await Promise.all(
    known.projects.map(async (entry) => ({
      name: entry.project.name,
      judged: await judge(rulebooks.project, entry.project.project_id, projectFacts(entry, week), context),
    })),
  );
  const facts = builderFacts(
    known,
    week,
    projects.map(({ judged }) => judged.score),
  );
  const judged = await judge(rulebooks.builder, evaluation.builder_id, facts, context);
  await database.withTenant(tenantId, (transaction) => keep(transaction, task, judged, projects));
  for (const { kind, engine } of [judged, ...projects.map((project) => project.judged)])
    task.onJudged?.(kind, engine);
}

/** Marks an evaluation as failed, unless another worker judged it meanwhile. */
export async function fail(
  transaction: TenantTransaction,
  tenantId: string,
  evaluation: EvaluationRecord,
  reason: string,
): Promise<void> {
  if (!(await markFailed(transaction, evaluation.id, reason))) return;
  await record(transaction, systemActor(tenantId, 'evaluation.fail'), {
    subject: `evaluation:${evaluation.id}`,
    details: [{ about: [`builder:${evaluation.builder_id}`], content: { reason } }],
  });
}

/**
 * Stores everything, or nothing when another worker was first. A project that changed hands since the run
 * began keeps the grade it got with its former builder.
 */
async function keep(
  transaction: TenantTransaction,
  { tenantId, evaluation, dryRun, storeJudgement }: Task,
  judged: Judged,
  projects: { name: string; judged: Judged }[],
): Promise<void> {
  const stored = await storeJudgement(transaction, judged, { dryRun });
  const { judgementId } = stored;
  if (!(await markJudged(transaction, evaluation.id, judgementId, stored))) throw new AlreadyJudged();
  const ids = projects.map(({ judged: project }) => project.subjectId);
  const graded = await gradedProjects(transaction, evaluation.run_id, ids);
  const grades = [];
  for (const { name, judged: project } of projects) {
    if (graded.has(project.subjectId)) continue;
    const { judgementId: id, grade, score } = await storeJudgement(transaction, project, { dryRun });
    grades.push({
      evaluation_id: evaluation.id,
      run_id: evaluation.run_id,
      project_id: project.subjectId,
      name,
      judgement_id: id,
      grade,
      score,
    });
  }
  await insertProjectGrades(transaction, grades);
  await record(transaction, systemActor(tenantId, 'evaluation.judge'), {
    subject: `evaluation:${evaluation.id}`,
    details: [
      { about: [`builder:${evaluation.builder_id}`], content: { judgementId, ...outcomeOf(stored, grades) } },
    ],
  });
}

/** What the audit trail keeps of a judgement; its facts and criteria stay with the judgement itself. */
function outcomeOf(
  { grade, score, engine, feedback }: JudgementView,
  projects: { project_id: string; grade: string; score: number | null; judgement_id: string }[],
) {
  return {
    grade,
    score,
    engine,
    feedback,
    projects: projects.map(({ project_id, judgement_id, ...project }) => ({
      projectId: project_id,
      judgementId: judgement_id,
      grade: project.grade,
      score: project.score,
    })),
  };
}

/** Rolls back a judgement that came second. */
export class AlreadyJudged extends Error {
  constructor() {
    super('Another worker has judged this builder');
    this.name = 'AlreadyJudged';
  }
}
