import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import { findJudgements, newestJudgement } from '../../../judgement/index.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Receipts } from '../../ai/receipts/index.ts';
import type { Actor } from '../../shared/audit/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import { createAnswers, RESULTS_TTL, RUN_TTL } from './answers.ts';
import { emailData } from './email.ts';
import { findProjectGrade, projectGradesOf } from './grade-store.ts';
import { noticesOf } from './notices.ts';
import { countRun, findRun, isWaiting, listRuns, type RunRecord } from './run-store.ts';
import {
  type EvaluationRecord,
  findByJudgement,
  findEvaluation,
  listEvaluations,
  listOfficial,
  type ResultFilter,
} from './store.ts';
import { judgementsToReview } from './to-review.ts';
import { detailView, resultView, runView } from './views.ts';

/** @throws {Problem} NOT_FOUND */
export async function requireRun(transaction: TenantTransaction, runId: string): Promise<RunRecord> {
  const run = await findRun(transaction, runId);
  if (!run) throw notFound('run', runId);
  return run;
}

async function runOf(transaction: TenantTransaction, evaluationId: string): Promise<RunRecord> {
  const evaluation = await findEvaluation(transaction, evaluationId);
  if (!evaluation) throw notFound('evaluation', evaluationId);
  return requireRun(transaction, evaluation.run_id);
}

/** Who reads: those who run evaluations have all results, builders their own, others once a week was opened. */
export interface Viewer {
  isOperator: boolean;
  builderId: string | null;
  /** The caller may reach their own alone, and nothing of a dry run. */
  isForBuilder: boolean;
}

type Reader = Pick<Viewer, 'isOperator' | 'builderId'>;

/** Whether the results of a builder are not there for a viewer yet. */
function isHiddenFrom({ isOperator, builderId }: Reader, waiting: boolean, ofBuilder: string): boolean {
  return waiting && !isOperator && builderId !== ofBuilder;
}

/** Whether a judgement of a week, or of a project in it, is not there for a reader yet, also one that was superseded. */
export async function isJudgementHidden(
  transaction: TenantTransaction,
  judgementId: string,
  reader: Reader,
): Promise<boolean> {
  const newest = await newestJudgement(transaction, judgementId);
  const row = (await findByJudgement(transaction, newest)) ?? (await weekOfProject(transaction, newest));
  const run = row && (await findRun(transaction, row.run_id));
  return row && run ? isHiddenFrom(reader, isWaiting(run), row.builder_id) : false;
}

/** The evaluation of a builder's week that has the grade of a project by this judgement. */
export async function weekOfProject(
  transaction: TenantTransaction,
  judgementId: string,
): Promise<EvaluationRecord | undefined> {
  const grade = await findProjectGrade(transaction, judgementId);
  return grade && findEvaluation(transaction, grade.evaluation_id);
}

/** Whether a filter would reveal to a viewer what a list hides. */
function isBlind(viewer: Viewer, waiting: boolean, { grade, needsReview, builderId }: ResultFilter): boolean {
  const reveals = grade !== undefined || needsReview !== undefined;
  return reveals && isHiddenFrom(viewer, waiting, builderId ?? '');
}

const keyOf = ({ isOperator, builderId }: Viewer) => (isOperator ? 'all' : builderId);

/** Builders are shown nothing of a dry run. */
function refuseDryRun(run: RunRecord, isForBuilder: boolean): RunRecord {
  if (isForBuilder && run.dry_run) throw new Problem('NOT_FOUND', 'There is no such official run.');
  return run;
}

/** A run as the API answers it. */
export async function describe(transaction: TenantTransaction, run: RunRecord) {
  const failed = await listEvaluations(transaction, run.id, { status: 'failed' }, null, 50);
  const counts = await countRun(transaction, run.id);
  return runView(run, counts, failed, await noticesOf(transaction, run.id));
}

/** An evaluation with its judgements, as the API answers it. @throws {Problem} NOT_FOUND */
export async function detail(transaction: TenantTransaction, evaluationId: string) {
  const evaluation = await findEvaluation(transaction, evaluationId);
  if (!evaluation) throw notFound('evaluation', evaluationId);
  const run = await requireRun(transaction, evaluation.run_id);
  const grades = await projectGradesOf(transaction, [evaluationId]);
  const ids = [evaluation.judgement_id, ...grades.map(({ judgement_id }) => judgement_id)];
  const judgements = await findJudgements(
    transaction,
    ids.filter((id) => id !== null),
  );
  return detailView(run, evaluation, grades, judgements);
}

/** Shows any of these evaluations as the API answers it. */
async function resultViewFor(transaction: TenantTransaction, rows: EvaluationRecord[]) {
  const grades = await projectGradesOf(
    transaction,
    rows.map(({ id }) => id),
  );
  const reviewed = await judgementsToReview(transaction, rows);
  return (row: EvaluationRecord, seen: { waiting: boolean; isHidden: boolean }) =>
    resultView(row, grades, reviewed, seen);
}

/** What e-mails are made with. */
interface EmailParts {
  dashboards: Dashboards;
  renderAll: Notifications['renderAll'];
  replyTo: string | null;
  receipts: Pick<Receipts, 'signer' | 'textsOf'>;
}

async function emailsOf(
  transaction: TenantTransaction,
  run: RunRecord,
  rows: EvaluationRecord[],
  { dashboards, renderAll, replyTo }: Omit<EmailParts, 'receipts'>,
  receiptsOf: (judgementIds: string[]) => Promise<Map<string, string>>,
) {
  const grades = await projectGradesOf(
    transaction,
    rows.map(({ id }) => id),
  );
  const ids = [...rows, ...grades].map(({ judgement_id }) => judgement_id).filter((id) => id !== null);
  const judgements = await findJudgements(transaction, ids);
  const receipts = await receiptsOf(rows.map(({ judgement_id }) => judgement_id).filter((id) => id !== null));
  const mails = rows.map((row) => {
    const own = grades.filter(({ evaluation_id }) => evaluation_id === row.id);
    // A judged evaluation has a judgement; the database says so too.
    const judgementId = row.judgement_id as string;
    const answerHours = isWaiting(run) ? run.answer_hours : null;
    // While it can be answered, the link opens the form.
    const shown = { evaluation: row.id, ...(answerHours === null ? {} : { tab: 'answer' }) };
    const link = dashboards.link('my-week', shown, 'ai-manager-builder');
    return {
      evaluationId: row.id,
      builderId: row.builder_id,
      judgementId,
      receipt: receipts.get(judgementId) ?? '',
      data: emailData(detailView(run, row, own, judgements), link, answerHours, replyTo),
      recipient: { name: row.name, email: row.email },
    };
  });
  const rendered = await renderAll(transaction, 'evaluation', mails);
  return rendered.map(
    ({ evaluationId, builderId, judgementId, receipt, recipient, subject, html, text }) => ({
      ...{ evaluationId, builderId, judgementId, to: recipient.email, toName: recipient.name },
      ...{ replyTo, subject, html, text, receipt },
    }),
  );
}

/** What is read of runs and evaluations; the answers about completed runs are cached. */
export function createReading(
  database: Database,
  cache: Cache,
  { dashboards, renderAll, replyTo, receipts }: EmailParts,
) {
  const answerAbout = createAnswers(database, cache);
  return {
    list: (
      tenantId: string,
      filter: { builderId?: string | undefined; week?: string | undefined },
      page: Page,
      viewer: Viewer,
    ) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listOfficial(transaction, filter, before, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const view = await resultViewFor(transaction, rows);
            return rows.map((row) => {
              const waiting = isWaiting(row);
              const isHidden = isHiddenFrom(viewer, waiting, row.builder_id);
              return { ...view(row, { waiting, isHidden }), runId: row.run_id, week: row.week };
            });
          },
        }),
      ),

    listRuns: (tenantId: string, week: string | undefined, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listRuns(transaction, week, before, limit),
          key: ({ id }) => id,
          describe: async (runs) => {
            const views = [];
            for (const run of runs) views.push(await describe(transaction, run));
            return views;
          },
        }),
      ),

    getRun: (tenantId: string, runId: string) =>
      answerAbout(tenantId, {
        find: (transaction) => requireRun(transaction, runId),
        about: ['run'],
        ttlSeconds: RUN_TTL,
        answer: describe,
      }),

    listResults: (tenantId: string, runId: string, filter: ResultFilter, page: Page, viewer: Viewer) =>
      answerAbout(tenantId, {
        find: async (transaction) => refuseDryRun(await requireRun(transaction, runId), viewer.isForBuilder),
        about: ['results', filter, page.cursor, page.limit, keyOf(viewer)],
        ttlSeconds: RESULTS_TTL,
        answer: (transaction, run) =>
          listPage(page, {
            cursor: z.string(),
            query: async (after, limit) =>
              isBlind(viewer, isWaiting(run), filter)
                ? []
                : listEvaluations(transaction, runId, filter, after, limit),
            key: (row) => row.builder_id,
            describe: async (rows) => {
              const view = await resultViewFor(transaction, rows);
              const waiting = isWaiting(run);
              return rows.map((row) =>
                view(row, { waiting, isHidden: isHiddenFrom(viewer, waiting, row.builder_id) }),
              );
            },
          }),
      }),

    get: (tenantId: string, evaluationId: string, viewer: Viewer) =>
      answerAbout(tenantId, {
        find: async (transaction) =>
          refuseDryRun(await runOf(transaction, evaluationId), viewer.isForBuilder),
        about: ['evaluation', evaluationId, keyOf(viewer)],
        ttlSeconds: RESULTS_TTL,
        answer: async (transaction, run) => {
          const found = await detail(transaction, evaluationId);
          return isHiddenFrom(viewer, isWaiting(run), found.builder.builderId)
            ? { ...found, judgement: null, reviewReasons: [], projects: [], answer: null }
            : found;
        },
      }),

    listEmails: async (actor: Actor, runId: string, unsent: boolean, page: Page) => {
      const sign = await receipts.signer();
      return database.withTenant(actor.tenantId, async (transaction) => {
        const run = await requireRun(transaction, runId);
        if (run.dry_run) return { items: [], nextCursor: null };
        const filter = { status: 'judged', unsent } as const;
        return listPage(page, {
          cursor: z.string(),
          query: (after, limit) => listEvaluations(transaction, runId, filter, after, limit),
          key: (row) => row.builder_id,
          describe: (rows) =>
            emailsOf(transaction, run, rows, { dashboards, renderAll, replyTo }, (judgementIds) =>
              receipts.textsOf(transaction, actor, judgementIds, sign),
            ),
        });
      });
    },
  };
}
