import type { Cache } from '../../../platform/cache/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { isWaiting, type RunRecord } from './run-store.ts';

/** Seconds that an answer about a run, and its results, are kept. */
export const RUN_TTL = 5 * 60;
export const RESULTS_TTL = 60 * 60;

interface Question<T> {
  /** Finds the run, and throws for one that is not the tenant's. */
  find(transaction: TenantTransaction): Promise<RunRecord>;
  /** Everything that the answer depends on, beside the run. */
  about: unknown[];
  ttlSeconds: number;
  answer(transaction: TenantTransaction, run: RunRecord): Promise<T>;
}

/**
 * Answers about runs. Those of a completed run are cached under its revision, which the database raises in
 * the transaction of whatever changes them: an outdated answer is never found again, by any process.
 */
export function createAnswers(database: Database, cache: Cache) {
  return async <T>(tenantId: string, { find, about, ttlSeconds, answer }: Question<T>): Promise<T> => {
    const found = await database.withTenant(tenantId, async (transaction) => {
      const run = await find(transaction);
      const isFinal = run.status === 'completed';
      return isFinal ? { run } : { run, now: await answer(transaction, run) };
    });
    if ('now' in found) return found.now as T;
    const { run } = found;
    const key = ['run', run.id, run.revision, isWaiting(run), JSON.stringify(about)].join(':');
    const look = () => database.withTenant(tenantId, (transaction) => answer(transaction, run));
    return cache.forTenant(tenantId).wrap(key, ttlSeconds, look);
  };
}
