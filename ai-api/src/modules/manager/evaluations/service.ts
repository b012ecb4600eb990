import type { RequestContext } from '../../../http/caller.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import { type Grade, newestJudgement, type StoreJudgement } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Notices } from '../../ai/notices/index.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import type { Receipts } from '../../ai/receipts/index.ts';
import { type Actor, actorOf, displayName, record, requireDecider } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { createAnswering } from './answering.ts';
import { confirmGrade, type Proposed } from './confirm.ts';
import { contestedGrades } from './contested.ts';
import { defineCorrections } from './corrections.ts';
import { defineJudging } from './judging.ts';
import { evaluationKind } from './kinds/builder.ts';
import { projectKind } from './kinds/project.ts';
import { type Override, overrideGrade } from './override.ts';
import { createProgress } from './progress.ts';
import { createReading, describe, detail, requireRun, weekOfProject } from './reading.ts';
import {
  insertRun,
  noteNotInformed,
  officialRun,
  prolongAnswers,
  type RunRecord,
  reopenFailed,
} from './run-store.ts';
import { findByBuilder, findEvaluation, insertEvaluations, lockEvaluation, markNotified } from './store.ts';
import { createWeekChoice, type WeekWanted } from './which-week.ts';

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
  /** Fills the template of the e-mails in. */
  renderAll: Notifications['renderAll'];
  replyTo: string | null;
  /** Whether the builders were informed of how they are judged. */
  notices: Pick<Notices, 'check' | 'report'>;
  /** Signs the receipts that the e-mails carry. */
  receipts: Pick<Receipts, 'signer' | 'textsOf'>;
  /** Called for every judgement that was stored. */
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
  settings: EvaluationSettings,
) {
  const {
    model,
    prompts,
    now,
    storeJudgement,
    settingsOf,
    dashboards,
    renderAll,
    replyTo,
    receipts,
    onJudged,
  } = settings;
  const { notices } = settings;
  const progress = createProgress(database, events);
  const weekToJudge = createWeekChoice({ database, people, settingsOf, now });
  const judge = defineJudging({ database, jobs, people, events, progress, ...settings });

  defineCorrections({ database, jobs, people, events, storeJudgement });
  const { keepAnswer, openWeeks } = createAnswering({ database, events, now });

  /** Notes and reports how many builders of a new run were not informed. @throws {Problem} NOTICE_MISSING */
  async function checkInformed(
    transaction: TenantTransaction,
    tenantId: string,
    run: RunRecord,
    builderIds: readonly string[],
  ): Promise<RunRecord> {
    if (run.dry_run) return run;
    const kinds = [evaluationKind.name, projectKind.name];
    const notInformed = await notices.check(transaction, kinds, builderIds);
    if (notInformed > 0) {
      const { id: runId, week } = run;
      await notices.report(transaction, tenantId, { runId, week, builders: builderIds.length, notInformed });
    }
    return noteNotInformed(transaction, run.id, notInformed);
  }

  return {
    openWeeks,
    ...createReading(database, cache, { dashboards, renderAll, replyTo, receipts }),

    contestedGrades: contestedGrades(storeJudgement),

    /** The builder who led a project in the week that was judged. */
    builderOfProject: async (transaction: TenantTransaction, _projectId: string, judgementId: string) => {
      const newest = await newestJudgement(transaction, judgementId);
      return (await weekOfProject(transaction, newest))?.builder_id ?? null;
    },

    /** @throws {Problem} WEEK_INVALID, WEEK_EMPTY, NOTHING_TO_EVALUATE, NOTICE_MISSING; see {@link createWeekChoice} */
    startWeekly: async (actor: Actor, input: WeekWanted, signal: AbortSignal) => {
      const week = await weekToJudge(actor.tenantId, input, signal);
      if (model) await prompts.refresh(actor.tenantId, true);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const { tenantId } = actor;
        const { models, answerWindowHours } = await settingsOf(transaction);
        const engine = model && models === 'allowed' ? 'model' : 'rules';
        const pinned = [];
        for (const { name } of [evaluationKind, projectKind])
          pinned.push(await prompts.plan(transaction, tenantId, name));
        const values = {
          week,
          dry_run: input.dryRun,
          engine,
          started_by: displayName(actor),
          answer_hours: input.dryRun ? 0 : answerWindowHours,
          prompts: pinned,
        } as const;
        const inserted = await insertRun(transaction, values);
        if (!inserted) {
          const first = await officialRun(transaction, week);
          return { ...(await describe(transaction, first as RunRecord)), created: false };
        }
        const roster = await people.roster(transaction);
        if (roster.length === 0) throw new Problem('NOTHING_TO_EVALUATE', 'Import builders first.');
        const builderIds = roster.map(({ builder_id }) => builder_id);
        const run = await checkInformed(transaction, tenantId, inserted, builderIds);
        await insertEvaluations(transaction, run.id, roster);
        await judge(transaction, tenantId, run.id, builderIds);
        await progress.started(transaction, tenantId, run, roster.length);
        const view = await describe(transaction, run);
        await record(transaction, actor, {
          subject: `run:${run.id}`,
          details: [
            {
              about: [],
              content: {
                ...{ week, dryRun: input.dryRun, engine },
                ...{ builders: roster.length, notInformed: run.not_informed },
              },
            },
          ],
        });
        return { ...view, created: true };
      });
    },

    /** What {@link startWeekly} would do without a week. @throws {Problem} WEEK_EMPTY, NOTHING_TO_EVALUATE */
    next: async (tenantId: string, signal: AbortSignal) => {
      const week = await weekToJudge(tenantId, { dryRun: false, allowEmpty: false }, signal);
      return database.withTenant(tenantId, async (transaction) => ({
        week,
        builders: (await people.roster(transaction)).length,
        runId: (await officialRun(transaction, week))?.id ?? null,
      }));
    },

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
        await judge(transaction, tenantId, runId, reopened);
        const view = await describe(transaction, await requireRun(transaction, runId));
        if (reopened.length > 0) {
          await record(transaction, actor, {
            subject: `run:${runId}`,
            details: [{ about: [], content: { builders: reopened } }],
          });
        }
        return view;
      }),

    /** @param judgementId the one that the e-mail was about, where it is known: a newer one has its own */
    markNotified: (actor: Actor, evaluationId: string, judgementId?: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lockEvaluation(transaction, evaluationId);
        const before = await findEvaluation(transaction, evaluationId);
        if (!before) throw notFound('evaluation', evaluationId);
        if (judgementId !== undefined && before.judgement_id !== judgementId)
          return { evaluationId, notifiedAt: before.notified_at?.toISOString() ?? null };
        const notifiedAt = await markNotified(transaction, evaluationId, now());
        if (!notifiedAt) throw new Problem('NOT_JUDGED', 'Only a judged evaluation has an e-mail to send.');
        if (before.notified_at === null) {
          await prolongAnswers(transaction, before.run_id, now());
          const { builder_id, email } = before;
          await record(transaction, actor, {
            subject: `evaluation:${evaluationId}`,
            details: [{ about: [`builder:${builder_id}`], content: { email, notifiedAt } }],
          });
        }
        return { evaluationId, notifiedAt: notifiedAt.toISOString() };
      }),

    /** @throws {Problem} NOT_FOUND, FORBIDDEN, PERSON_REQUIRED, NOT_JUDGED, ANSWER_CLOSED */
    answer: (request: RequestContext, evaluationId: string, answer: string) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        await keepAnswer(transaction, actorOf(request), evaluationId, answer, request.requireOwn);
        return detail(transaction, evaluationId);
      }),

    /** Confirms proposed grades, each in its own transaction. @throws {Problem} PERSON_REQUIRED */
    confirm: async (actor: Actor, items: readonly Proposed[], reason: string | undefined) => {
      requireDecider(actor);
      const confirmed: { evaluationId: string; grade: Grade }[] = [];
      const refused: { evaluationId: string; code: string; detail: string }[] = [];
      for (const { evaluationId, judgementId } of items) {
        try {
          const grade = await database.withTenant(actor.tenantId, (transaction) =>
            confirmGrade(
              transaction,
              { storeJudgement, events },
              actor,
              { evaluationId, judgementId },
              reason,
            ),
          );
          onJudged?.(evaluationKind.name, 'human');
          confirmed.push({ evaluationId, grade });
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          refused.push({ evaluationId, code: error.code, detail: error.message });
        }
      }
      return { confirmed, refused };
    },

    override: (actor: Actor, evaluationId: string, input: Override) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lockEvaluation(transaction, evaluationId);
        const before = await detail(transaction, evaluationId);
        await overrideGrade(transaction, { storeJudgement, events }, actor, before, input);
        const after = await detail(transaction, evaluationId);
        await record(transaction, actor, {
          subject: `evaluation:${evaluationId}`,
          details: [
            {
              about: [`builder:${before.builder.builderId}`],
              content: { before: before.judgement, after: after.judgement, via: actor.via },
            },
          ],
        });
        onJudged?.(evaluationKind.name, 'human');
        return after;
      }),
  };
}
