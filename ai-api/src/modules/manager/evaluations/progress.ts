import { LRUCache } from 'lru-cache';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { claimProgress, countRun, type RunRecord } from './run-store.ts';

const INTERVAL_MS = 1_000;
const MAX_RUNS = 100;

export type Progress = ReturnType<typeof createProgress>;

/**
 * Reports how far runs are, for people who watch them: at most once a second for each run, whatever the number of
 * processes. What is reported late or not at all is covered by the run's completion.
 */
export function createProgress(database: Database, events: Events) {
  const told = new LRUCache<string, true>({ max: MAX_RUNS, ttl: INTERVAL_MS });

  return {
    started: (transaction: TenantTransaction, tenantId: string, run: RunRecord, builders: number) =>
      run.dry_run
        ? Promise.resolve()
        : events.publish(transaction, tenantId, 'evaluation.run.started', {
            runId: run.id,
            week: run.week,
            builders,
            engine: run.engine,
            startedAt: run.started_at.toISOString(),
          }),

    /** Called after each builder; asks the database once a second only. */
    judged: async (tenantId: string, run: RunRecord): Promise<void> => {
      if (run.dry_run || told.has(run.id)) return;
      told.set(run.id, true);
      await database.withTenant(tenantId, async (transaction) => {
        if (!(await claimProgress(transaction, run.id, INTERVAL_MS))) return;
        const { builders, judged, failed, pending } = await countRun(transaction, run.id);
        const counts = { builders, judged, failed, pending };
        await events.publish(transaction, tenantId, 'evaluation.judged', {
          runId: run.id,
          week: run.week,
          ...counts,
        });
      });
    },
  };
}
