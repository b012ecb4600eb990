import { notFound, Problem } from '../../../http/problem.ts';
import type { Grade, StoreJudgement } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import { type Actor, displayName, record, requirePerson } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { confirmGrade, type Proposed } from './confirm.ts';
import { defineJudging } from './judging.ts';
import { evaluationKind } from './kinds/builder.ts';
import { projectKind } from './kinds/project.ts';
import { type Override, overrideGrade } from './override.ts';
import { createProgress } from './progress.ts';
import { createReading, describe, detail, requireRun } from './reading.ts';
import { insertRun, officialRun, type RunRecord, reopenFailed } from './run-store.ts';
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
  render: Notifications['render'];
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
  settings: EvaluationSettings,
) {
  const { model, prompts, now, storeJudgement, settingsOf, dashboards, render, onJudged } = settings;
  const progress = createProgress(database, events);
  const weekToJudge = createWeekChoice({ database, people, settingsOf, now });
  const judge = defineJudging({ database, jobs, people, events, progress, ...settings });

  return {
    ...createReading(database, cache, { dashboards, render }),

    /** The builder who leads a project now. */
    builderOfProject: async (transaction: TenantTransaction, projectId: string) =>
      (await people.findProject(transaction, projectId))?.builder_id ?? null,

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
        const builderIds = roster.map(({ builder_id }) => builder_id);
        await judge(transaction, tenantId, run.id, builderIds);
        await progress.started(transaction, tenantId, run, roster.length);
        const view = await describe(transaction, run);
        await record(transaction, actor, {
          subject: `run:${run.id}`,
          details: [{ about: [], content: { week, dryRun: input.dryRun, engine, builders: roster.length } }],
        });
        return { ...view, created: true };
      });
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

    /** Confirms proposed grades, each in its own transaction. @throws {Problem} PERSON_REQUIRED */
    confirm: async (actor: Actor, items: readonly Proposed[], reason: string | undefined) => {
      requirePerson(actor);
      const confirmed: { evaluationId: string; grade: Grade }[] = [];
      const refused: { evaluationId: string; code: string; detail: string }[] = [];
      for (const { evaluationId, judgementId } of items) {
        try {
          const grade = await database.withTenant(actor.tenantId, (transaction) =>
            confirmGrade(transaction, storeJudgement, actor, { evaluationId, judgementId }, reason),
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
        await overrideGrade(transaction, storeJudgement, actor, before, input);
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
