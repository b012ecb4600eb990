import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import { findJudgements, type Kind, openRulebook, type StoreJudgement } from '../../../judgement/index.ts';
import { boundModel } from '../../../models/bounded.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs, Queue } from '../../../platform/jobs/index.ts';
import type { PromptPlan, Prompts } from '../../ai/prompts/index.ts';
import { type Actor, displayName, record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { createAnswers, RESULTS_TTL, RUN_TTL } from './answers.ts';
import { renderEmail } from './email.ts';
import { AlreadyJudged, fail, judgeBuilder, type WeeklyRulebooks } from './judge-builder.ts';
import { evaluationKind } from './kinds/builder.ts';
import { projectKind } from './kinds/project.ts';
import { noticesOf } from './notices.ts';
import { type Override, overrideGrade } from './override.ts';
import { createProgress } from './progress.ts';
import {
  completeRun,
  countRun,
  type EvaluationRecord,
  findByBuilder,
  findEvaluation,
  findRun,
  insertEvaluations,
  insertRun,
  listEvaluations,
  listOfficial,
  listRuns,
  lockEvaluation,
  markNotified,
  officialRun,
  projectGradesOf,
  type ResultFilter,
  type RunRecord,
  reopenFailed,
} from './store.ts';
import { judgementsToReview } from './to-review.ts';
import { detailView, resultView, runView } from './views.ts';
import { createWeekChoice, type WeekWanted } from './which-week.ts';

/** Judges one builder of a run. */
export const JUDGE_QUEUE = 'evaluation.judge';
export interface JudgeJob {
  tenantId: string;
  runId: string;
  builderId: string;
}

/** With pauses that double from two seconds: longer than a source is left alone by its breaker. */
const RETRIES = 5;
const MAX_RULEBOOKS = 20;
type Attempt = Parameters<Queue<JudgeJob>['handle']>[1];

export interface EvaluationSettings {
  /** Builders that are judged at once in one process, and calls to the model that are open at once. */
  concurrency: number;
  model: ChatModel | null;
  prompts: Prompts;
  now: () => Date;
  storeJudgement: StoreJudgement;
  /** What the company has set: where its weeks end, and whether a model may be asked. */
  settingsOf: Tenancy['settingsOf'];
  dashboards: Dashboards;
  /** Told of every judgement that was stored. */
  onJudged?: (kind: string, engine: string) => void;
}

export type Evaluations = ReturnType<typeof createEvaluations>;

/** Weekly evaluation runs. */
export function createEvaluations(
  database: Database,
  jobs: Jobs,
  people: People,
  events: Events,
  cache: Cache,
  { concurrency, model, prompts, now, storeJudgement, settingsOf, dashboards, onJudged }: EvaluationSettings,
) {
  const rulebooks = new LRUCache<string, Promise<WeeklyRulebooks>>({ max: MAX_RULEBOOKS });
  const progress = createProgress(database, events);
  const answerAbout = createAnswers(database, cache);
  const weekToJudge = createWeekChoice({ database, people, settingsOf, now });
  // A builder's projects are judged side by side, so that builders at once alone would not bound the calls.
  const boundedModel = model && boundModel(model, concurrency);

  /** A run is judged by the rules and prompts in force when it started, from its first builder to its last. */
  function rulebooksOf(tenantId: string, run: RunRecord): Promise<WeeklyRulebooks> {
    const opened = rulebooks.get(run.id) ?? open(tenantId, run);
    rulebooks.set(run.id, opened);
    opened.catch(() => rulebooks.delete(run.id));
    return opened;
  }

  function open(tenantId: string, run: RunRecord): Promise<WeeklyRulebooks> {
    const { started_at: startedAt } = run;
    const asked = run.engine === 'model' ? boundedModel : null;
    return database.withTenant(tenantId, async (transaction) => {
      const promptOf = async (name: string) => {
        const plan = (run.prompts as unknown as PromptPlan[]).find((pinned) => pinned.name === name);
        return prompts.open(transaction, plan ?? (await prompts.plan(transaction, tenantId, name)));
      };
      const rulebook = async (kind: Kind) =>
        openRulebook(transaction, kind, asked, startedAt, await promptOf(kind.name));
      return { builder: await rulebook(evaluationKind), project: await rulebook(projectKind) };
    });
  }

  async function judgeOne({ tenantId, runId, builderId }: JudgeJob, attempt: Attempt): Promise<void> {
    const found = await database.withTenant(tenantId, async (transaction) => ({
      run: await findRun(transaction, runId),
      evaluation: await findByBuilder(transaction, runId, builderId),
    }));
    if (!found.run || !found.evaluation) return;
    if (found.evaluation.status === 'pending') {
      const { run, evaluation } = found;
      const isLastAttempt = attempt.number > RETRIES;
      const task = {
        ...{ tenantId, week: run.week, evaluation, dryRun: run.dry_run, isLastAttempt },
        ...{ signal: attempt.signal, storeJudgement, onJudged },
      };
      await judgeBuilder(database, people, await rulebooksOf(tenantId, found.run), task).catch(
        (error: unknown) => {
          if (!(error instanceof AlreadyJudged)) throw error;
        },
      );
      await progress.judged(tenantId, found.run);
    }
    await finish(tenantId, runId);
  }

  /** Completes the run after its last builder, and announces it in the same transaction. */
  async function finish(tenantId: string, runId: string): Promise<void> {
    await database.withTenant(tenantId, async (transaction) => {
      const run = await completeRun(transaction, runId, now());
      if (!run) return;
      const { judged, failed, projects } = await countRun(transaction, runId);
      const outcome = { week: run.week, judged, failed, projects, engine: run.engine };
      if (!run.dry_run) {
        await events.publish(transaction, tenantId, 'evaluation.run.completed', {
          runId,
          ...outcome,
          notices: await noticesOf(transaction, runId),
          completedAt: (run.completed_at ?? now()).toISOString(),
        });
      }
      await record(transaction, systemActor(tenantId, 'evaluation.complete'), {
        subject: `run:${runId}`,
        details: [{ about: [], content: outcome }],
      });
    });
  }

  jobs.define<JudgeJob>({
    name: JUDGE_QUEUE,
    concurrency,
    retryLimit: RETRIES,
    retryDelay: 2,
    retryDelayMax: 60,
    expireInSeconds: 600,
    handle: judgeOne,
    onDead: async ({ tenantId, runId, builderId }) => {
      await database.withTenant(tenantId, async (transaction) => {
        const evaluation = await findByBuilder(transaction, runId, builderId);
        const reason = 'Judging failed on our side; the log has the reason.';
        if (evaluation) await fail(transaction, tenantId, evaluation, reason);
      });
      await finish(tenantId, runId);
    },
    onRetry: async (transaction, { runId, builderId }) => {
      await reopenFailed(transaction, runId, builderId);
    },
  });

  async function requireRun(transaction: TenantTransaction, runId: string): Promise<RunRecord> {
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

  async function describe(transaction: TenantTransaction, run: RunRecord) {
    const failed = await listEvaluations(transaction, run.id, { status: 'failed' }, null, 50);
    const counts = await countRun(transaction, run.id);
    return runView(run, counts, failed, await noticesOf(transaction, run.id));
  }

  async function detail(transaction: TenantTransaction, evaluationId: string) {
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

  async function emailsOf(transaction: TenantTransaction, run: RunRecord, rows: EvaluationRecord[]) {
    const grades = await projectGradesOf(
      transaction,
      rows.map(({ id }) => id),
    );
    const ids = [...rows, ...grades].map(({ judgement_id }) => judgement_id).filter((id) => id !== null);
    const judgements = await findJudgements(transaction, ids);
    return rows.map((row) => {
      const own = grades.filter(({ evaluation_id }) => evaluation_id === row.id);
      const link = dashboards.link('my-week', { evaluation: row.id }, 'ai-manager-builder');
      return renderEmail(detailView(run, row, own, judgements), link);
    });
  }

  return {
    /** @throws {Problem} WEEK_INVALID, WEEK_EMPTY, NOTHING_TO_EVALUATE; see {@link createWeekChoice} */
    startWeekly: async (actor: Actor, input: WeekWanted, signal: AbortSignal) => {
      const week = await weekToJudge(actor.tenantId, input, signal);
      if (model) await prompts.refresh(actor.tenantId, true);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const { tenantId } = actor;
        const { models } = await settingsOf(transaction);
        const engine = model && models === 'allowed' ? 'model' : 'rules';
        const pinned = [];
        for (const { name } of [evaluationKind, projectKind])
          pinned.push(await prompts.plan(transaction, tenantId, name));
        const values = {
          week,
          dry_run: input.dryRun,
          engine,
          started_by: displayName(actor),
          prompts: pinned,
        } as const;
        const run = await insertRun(transaction, values);
        if (!run) {
          const first = await officialRun(transaction, week);
          return { ...(await describe(transaction, first as RunRecord)), created: false };
        }
        const roster = await people.roster(transaction);
        if (roster.length === 0) throw new Problem('NOTHING_TO_EVALUATE', 'Import builders first.');
        await insertEvaluations(transaction, run.id, roster);
        const work = roster.map(
          ({ builder_id }): JudgeJob => ({ tenantId, runId: run.id, builderId: builder_id }),
        );
        await jobs.enqueue(transaction, JUDGE_QUEUE, work);
        await progress.started(transaction, tenantId, run, roster.length);
        const view = await describe(transaction, run);
        await record(transaction, actor, {
          subject: `run:${run.id}`,
          details: [{ about: [], content: { week, dryRun: input.dryRun, engine, builders: roster.length } }],
        });
        return { ...view, created: true };
      });
    },

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

    retry: (actor: Actor, runId: string, builderId: string | undefined) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { tenantId } = actor;
        await requireRun(transaction, runId);
        const reopened = await reopenFailed(transaction, runId, builderId);
        if (builderId !== undefined && reopened.length === 0) {
          if (!(await findByBuilder(transaction, runId, builderId)))
            throw notFound('builder of this run', builderId);
          throw new Problem('CONFLICT', `${builderId} has not failed, there is nothing to judge again.`);
        }
        await jobs.enqueue(
          transaction,
          JUDGE_QUEUE,
          reopened.map((id): JudgeJob => ({ tenantId, runId, builderId: id })),
        );
        const view = await describe(transaction, await requireRun(transaction, runId));
        if (reopened.length > 0) {
          await record(transaction, actor, {
            subject: `run:${runId}`,
            details: [{ about: [], content: { builders: reopened } }],
          });
        }
        return view;
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
          describe: (rows) => emailsOf(transaction, run, rows),
        });
      }),

    markNotified: (actor: Actor, evaluationId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lockEvaluation(transaction, evaluationId);
        const before = await findEvaluation(transaction, evaluationId);
        if (!before) throw notFound('evaluation', evaluationId);
        const notifiedAt = await markNotified(transaction, evaluationId, now());
        if (!notifiedAt) throw new Problem('NOT_JUDGED', 'Only a judged evaluation has an e-mail to send.');
        if (before.notified_at === null) {
          const { builder_id, email } = before;
          await record(transaction, actor, {
            subject: `evaluation:${evaluationId}`,
            details: [{ about: [`builder:${builder_id}`], content: { email, notifiedAt } }],
          });
        }
        return { evaluationId, notifiedAt: notifiedAt.toISOString() };
      }),

    override: (actor: Actor, evaluationId: string, input: Override) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lockEvaluation(transaction, evaluationId);
        const before = await detail(transaction, evaluationId);
        await overrideGrade(transaction, storeJudgement, displayName(actor), before, input);
        const after = await detail(transaction, evaluationId);
        await record(transaction, actor, {
          subject: `evaluation:${evaluationId}`,
          details: [
            {
              about: [`builder:${before.builder.builderId}`],
              content: { before: before.judgement, after: after.judgement },
            },
          ],
        });
        onJudged?.(evaluationKind.name, 'human');
        return after;
      }),
  };
}
