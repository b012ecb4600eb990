import { isDeepStrictEqual } from 'node:util';
import {
  type Facts,
  findWithFacts,
  isWorse,
  type JudgedByEngine,
  judgeAgain,
  oversightToStore,
  type ReviewedJudgement,
  type StoreJudgement,
} from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { addWeeks } from '../../../platform/week.ts';
import { bookOf } from '../../ai/explanations/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { ImportedWeek, KnownWeek, People } from '../../shared/people/index.ts';
import { builderFacts, evaluationKind, TREND_WEEKS } from './kinds/builder.ts';
import { findRun, type RunRecord } from './run-store.ts';
import { sentToOf } from './sent-to.ts';
import {
  type EvaluationRecord,
  findEvaluation,
  judgedByEngine,
  lockEvaluation,
  replaceJudgement,
  setReview,
} from './store.ts';

const QUEUE = 'evaluation.correct';
interface CorrectJob {
  tenantId: string;
  evaluationId: string;
}

interface Needs {
  database: Database;
  jobs: Jobs;
  people: People;
  events: Pick<Events, 'publish'>;
  storeJudgement: StoreJudgement;
}

/**
 * Judges weeks anew of which figures are imported again, by the rules of that time and with what a model read then. What
 * is not worse supersedes the old judgement; otherwise a person is asked once, and the old one stays. What a person decided,
 * what is contested and what waits for a person is left to them.
 */
export function defineCorrections({ database, jobs, people, events, storeJudgement }: Needs): void {
  people.onFigures(async (transaction, tenantId, weeks) => {
    const ids = await judgedByEngine(transaction, restingOn(weeks));
    await jobs.enqueue<CorrectJob>(
      transaction,
      QUEUE,
      ids.map((evaluationId) => ({ tenantId, evaluationId })),
    );
  });

  jobs.define<CorrectJob>({
    name: QUEUE,
    concurrency: 1,
    retryLimit: 5,
    retryDelay: 2,
    retryDelayMax: 60,
    expireInSeconds: 60,
    handle: ({ tenantId, evaluationId }) => correct(tenantId, evaluationId),
    // The old judgement stays, and the job is shown among the dead ones.
    onDead: async () => {},
  });

  async function correct(tenantId: string, evaluationId: string): Promise<void> {
    const found = await database.withTenant(tenantId, (transaction) => open(transaction, evaluationId));
    if (!found) return;
    const { row, run } = found;
    const from = addWeeks(run.week, -TREND_WEEKS);
    const known = await people.knownWeek(tenantId, row.builder_id, from, run.week);
    await database.withTenant(tenantId, async (transaction) => {
      await lockEvaluation(transaction, evaluationId);
      const now = await open(transaction, evaluationId);
      if (now) await judgeAnew(transaction, tenantId, now, known);
    });
  }

  async function judgeAnew(
    transaction: TenantTransaction,
    tenantId: string,
    { row, run, before }: Opened,
    known: KnownWeek,
  ): Promise<void> {
    // Where the figures give the old result again, its own judgement alone says whether a person should review it.
    const unmark = () => setReview(transaction, row.id, before.view.needsReview);
    const facts = correctedFacts(before.facts, known, run.week);
    if (isDeepStrictEqual(facts, before.facts)) return void (await unmark());
    const again = await judgedAgain(transaction, row, before, facts);
    const { grade, score, judgementId } = before.view;
    if (again.grade === grade && again.score === score) return void (await unmark());
    const isLower =
      isWorse(again.grade, grade) || (again.grade === grade && (again.score ?? 0) < (score ?? 0));
    const { mode, gradeFloor } = await oversightToStore(transaction, evaluationKind.name);
    const isAllowed = mode === 'on' && (gradeFloor === null || !isWorse(again.grade, gradeFloor));
    const superseded = !isLower && isAllowed;
    if (superseded) {
      const stored = await storeJudgement(transaction, again, { supersedes: judgementId });
      const replaced = { previous: judgementId, judgementId: stored.judgementId, isMailDue: false };
      await replaceJudgement(transaction, row.id, replaced, stored);
    } else if (!(await setReview(transaction, row.id, true))) return;
    const sentTo = await sentToOf(transaction, row, run.week);
    const change = { week: run.week, before: grade, after: again.grade, superseded };
    await events.publish(transaction, tenantId, 'evaluation.corrected', {
      evaluationId: row.id,
      runId: run.id,
      builderId: row.builder_id,
      week: run.week,
      superseded,
      sentTo: sentTo.length,
    });
    await record(transaction, systemActor(tenantId, QUEUE), {
      subject: `evaluation:${row.id}`,
      details: [{ about: [`builder:${row.builder_id}`], content: { ...change, sentTo } }],
    });
  }
}

interface Opened {
  row: EvaluationRecord;
  run: RunRecord;
  before: ReviewedJudgement;
}

/** An evaluation that an engine graded, and that nothing holds; null for any other. */
async function open(transaction: TenantTransaction, evaluationId: string): Promise<Opened | null> {
  const row = await findEvaluation(transaction, evaluationId);
  if (!row?.judgement_id || row.engine === 'human' || row.contested_at !== null) return null;
  const run = await findRun(transaction, row.run_id);
  const before = (await findWithFacts(transaction, [row.judgement_id])).get(row.judgement_id);
  return run && before && before.view.proposal === null ? { row, run, before } : null;
}

/** The weeks that rest on figures: their own, and those whose trend looks back to them. */
function restingOn(weeks: readonly ImportedWeek[]): ImportedWeek[] {
  const all = weeks.flatMap(({ builderId, week }) =>
    Array.from({ length: TREND_WEEKS + 1 }, (_, later) => ({ builderId, week: addWeeks(week, later) })),
  );
  return [...new Map(all.map((one) => [`${one.builderId} ${one.week}`, one])).values()];
}

/** The old facts with the figures as they are now: people, projects and texts stay as they were judged. */
function correctedFacts(old: Facts, known: KnownWeek, week: string): Facts {
  const { week: figures, trend, data } = builderFacts(known, week, []);
  return {
    ...old,
    week: { ...figures, note: old.week?.note ?? null },
    trend: { ...trend },
    data: { ...data },
  };
}

async function judgedAgain(
  transaction: TenantTransaction,
  row: EvaluationRecord,
  { view }: ReviewedJudgement,
  facts: Facts,
): Promise<JudgedByEngine> {
  const book = await bookOf(transaction, { kind: evaluationKind }, { view, facts });
  return {
    ...(await judgeAgain(book, row.builder_id, facts, view.criteria)),
    engine: view.engine === 'model' ? 'model' : 'rules',
    model: view.model,
    prompt: view.prompt,
  };
}
