import { LRUCache } from 'lru-cache';
import { type Kind, openRulebook, type StoreJudgement } from '../../../judgement/index.ts';
import { boundModel } from '../../../models/bounded.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs, Queue } from '../../../platform/jobs/index.ts';
import type { PromptPlan, Prompts } from '../../ai/prompts/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { People } from '../../shared/people/index.ts';
import { AlreadyJudged, fail, judgeBuilder, type WeeklyRulebooks } from './judge-builder.ts';
import { evaluationKind } from './kinds/builder.ts';
import { projectKind } from './kinds/project.ts';
import { noticesOf } from './notices.ts';
import type { Progress } from './progress.ts';
import { completeRun, countRun, findRun, type RunRecord, reopenFailed } from './run-store.ts';
import { findByBuilder } from './store.ts';

/** Judges one builder of a run. */
const JUDGE_QUEUE = 'evaluation.judge';
interface JudgeJob {
  tenantId: string;
  runId: string;
  builderId: string;
}

/** With pauses that double from two seconds: longer than a source is left alone by its breaker. */
const RETRIES = 5;
const MAX_RULEBOOKS = 20;
type Attempt = Parameters<Queue<JudgeJob>['handle']>[1];

interface Needs {
  database: Database;
  jobs: Jobs;
  people: People;
  events: Events;
  progress: Progress;
  /** Builders that are judged at once in one process, and calls to the model that are open at once. */
  concurrency: number;
  model: ChatModel | null;
  prompts: Prompts;
  now: () => Date;
  storeJudgement: StoreJudgement;
  /** Called for every judgement that was stored. */
  onJudged?: ((kind: string, engine: string) => void) | undefined;
}

/** Defines the queue that judges the builders of runs. @returns how builders of a run are put into it */
export function defineJudging(needs: Needs) {
  const { database, jobs, people, events, progress } = needs;
  const { concurrency, model, prompts, now, storeJudgement, onJudged } = needs;
  const rulebooks = new LRUCache<string, Promise<WeeklyRulebooks>>({ max: MAX_RULEBOOKS });
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
      if (!run.dry_run && run.answer_hours === 0)
        await events.publish(transaction, tenantId, 'evaluation.run.opened', {
          ...{ runId, week: run.week, answered: 0 },
          openedAt: (run.completed_at ?? now()).toISOString(),
        });
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

  return (transaction: TenantTransaction, tenantId: string, runId: string, builderIds: readonly string[]) =>
    jobs.enqueue(
      transaction,
      JUDGE_QUEUE,
      builderIds.map((builderId): JudgeJob => ({ tenantId, runId, builderId })),
    );
}
