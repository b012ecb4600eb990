import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import { findJudgements } from '../../../judgement/index.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import { createAnswers, RESULTS_TTL, RUN_TTL } from './answers.ts';
import { emailData } from './email.ts';
import { projectGradesOf } from './grade-store.ts';
import { noticesOf } from './notices.ts';
import { countRun, findRun, listRuns, type RunRecord } from './run-store.ts';
import {
  type EvaluationRecord,
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
  return (row: EvaluationRecord) => resultView(row, grades, reviewed);
}

/** What e-mails are made with. */
interface EmailParts {
  dashboards: Dashboards;
  renderAll: Notifications['renderAll'];
}

async function emailsOf(
  transaction: TenantTransaction,
  run: RunRecord,
  rows: EvaluationRecord[],
  { dashboards, renderAll }: EmailParts,
) {
  const grades = await projectGradesOf(
    transaction,
    rows.map(({ id }) => id),
  );
  const ids = [...rows, ...grades].map(({ judgement_id }) => judgement_id).filter((id) => id !== null);
  const judgements = await findJudgements(transaction, ids);
  const mails = rows.map((row) => {
    const own = grades.filter(({ evaluation_id }) => evaluation_id === row.id);
    const link = dashboards.link('my-week', { evaluation: row.id }, 'ai-manager-builder');
    return {
      evaluationId: row.id,
      data: emailData(detailView(run, row, own, judgements), link),
      recipient: { name: row.name, email: row.email },
    };
  });
  const rendered = await renderAll(transaction, 'evaluation', mails);
  return rendered.map(({ evaluationId, recipient, subject, html, text }) => ({
    ...{ evaluationId, to: recipient.email, toName: recipient.name },
    ...{ subject, html, text },
  }));
}

/** What is read of runs and evaluations; the answers about completed runs are cached. */
export function createReading(database: Database, cache: Cache, { dashboards, renderAll }: EmailParts) {
  const answerAbout = createAnswers(database, cache);
  return {
    list: (
      tenantId: string,
      filter: { builderId?: string | undefined; week?: string | undefined },
      page: Page,
    ) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listOfficial(transaction, filter, before, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const view = await resultViewFor(transaction, rows);
            return rows.map((row) => ({ ...view(row), runId: row.run_id, week: row.week }));
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

    listResults: (tenantId: string, runId: string, filter: ResultFilter, page: Page, isForBuilder = false) =>
      answerAbout(tenantId, {
        find: async (transaction) => refuseDryRun(await requireRun(transaction, runId), isForBuilder),
        about: ['results', filter, page.cursor, page.limit],
        ttlSeconds: RESULTS_TTL,
        answer: (transaction) =>
          listPage(page, {
            cursor: z.string(),
            query: (after, limit) => listEvaluations(transaction, runId, filter, after, limit),
            key: (row) => row.builder_id,
            describe: async (rows) => rows.map(await resultViewFor(transaction, rows)),
          }),
      }),

    get: (tenantId: string, evaluationId: string, isForBuilder = false) =>
      answerAbout(tenantId, {
        find: async (transaction) => refuseDryRun(await runOf(transaction, evaluationId), isForBuilder),
        about: ['evaluation', evaluationId],
        ttlSeconds: RESULTS_TTL,
        answer: (transaction) => detail(transaction, evaluationId),
      }),

    listEmails: (tenantId: string, runId: string, unsent: boolean, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const run = await requireRun(transaction, runId);
        if (run.dry_run) return { items: [], nextCursor: null };
        const filter = { status: 'judged', unsent } as const;
        return listPage(page, {
          cursor: z.string(),
          query: (after, limit) => listEvaluations(transaction, runId, filter, after, limit),
          key: (row) => row.builder_id,
          describe: (rows) => emailsOf(transaction, run, rows, { dashboards, renderAll }),
        });
      }),
  };
}
