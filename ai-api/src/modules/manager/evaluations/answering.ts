import type { Logger } from 'pino';
import { notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { type Actor, record, requirePerson, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { requireRun } from './reading.ts';
import { countAnswers, isWaiting, openRuns } from './run-store.ts';
import { findEvaluation, lockEvaluation, writeAnswer } from './store.ts';

interface Parts {
  database: Database;
  events: Pick<Events, 'publish'>;
  now: () => Date;
}

/** What builders say of their week before others have it, and the end of that time. */
export function createAnswering({ database, events, now }: Parts) {
  return {
    /**
     * Keeps what a builder says of their week, in place of what they said before.
     * @throws {Problem} NOT_FOUND, FORBIDDEN for another person, NOT_JUDGED, ANSWER_CLOSED
     */
    keepAnswer: async (
      transaction: TenantTransaction,
      actor: Actor,
      evaluationId: string,
      answer: string,
      requireOwn: (builderId: string) => void,
    ): Promise<void> => {
      await lockEvaluation(transaction, evaluationId);
      const row = await findEvaluation(transaction, evaluationId);
      if (!row) throw notFound('evaluation', evaluationId);
      requireOwn(row.builder_id);
      const person = requirePerson(actor);
      if (person.builderId !== row.builder_id)
        throw new Problem('FORBIDDEN', 'Only the builder can answer the result of their week.');
      const run = await requireRun(transaction, row.run_id);
      if (run.dry_run) throw notFound('evaluation', evaluationId);
      if (row.status !== 'judged') throw new Problem('NOT_JUDGED', 'There is no result to answer yet.');
      if (!isWaiting(run))
        throw new Problem('ANSWER_CLOSED', 'Others have the result by now. You can contest it instead.');
      await writeAnswer(transaction, evaluationId, answer, now());
      const { week } = run;
      const event = { evaluationId, runId: run.id, week, builderId: row.builder_id };
      await events.publish(transaction, actor.tenantId, 'evaluation.answered', event);
      await record(transaction, actor, {
        subject: `evaluation:${evaluationId}`,
        details: [{ about: [`builder:${row.builder_id}`], content: { answer } }],
      });
    },

    /** Opens the weeks whose time to answer is over. @returns how many */
    openWeeks: (tenantId: string): Promise<number> =>
      database.withTenant(tenantId, async (transaction) => {
        const opened = await openRuns(transaction, now());
        for (const { id: runId, week } of opened) {
          const answered = await countAnswers(transaction, runId);
          const openedAt = now().toISOString();
          await events.publish(transaction, tenantId, 'evaluation.run.opened', {
            ...{ runId, week, answered, openedAt },
          });
          await record(transaction, systemActor(tenantId, 'evaluation.open'), {
            subject: `run:${runId}`,
            details: [{ about: [], content: { week, answered } }],
          });
        }
        return opened.length;
      }),
  };
}

/** Looks every five minutes which weeks are to be opened. */
export function scheduleOpening(
  jobs: Jobs,
  openWeeks: (tenantId: string) => Promise<number>,
  tenantIds: () => Promise<string[]>,
  log: Logger,
): void {
  jobs.schedule({
    name: 'evaluation.open',
    cron: '*/5 * * * *',
    run: async () => {
      // One company's failure is not another's.
      for (const tenantId of await tenantIds())
        await openWeeks(tenantId).then(
          (opened) => {
            if (opened > 0) log.info({ tenantId, opened }, 'weeks were opened');
          },
          (err: unknown) => log.error({ tenantId, err }, 'opening weeks failed'),
        );
    },
  });
}
