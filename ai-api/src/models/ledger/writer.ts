import type { Database } from '../../platform/database/index.ts';
import { type CallRow, insertCalls } from './store.ts';

interface Waiting {
  row: CallRow;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Writes rows of the ledger in transactions of their own. Rows of one tenant that come while a transaction is
 * under way go together with the next: many calls at once cost hardly more than one.
 */
export function createWriter(database: Database) {
  const queues = new Map<string, Waiting[]>();

  async function write(tenantId: string, batch: readonly Waiting[]): Promise<void> {
    try {
      await database.withTenant(tenantId, (transaction) =>
        insertCalls(
          transaction,
          batch.map(({ row }) => row),
        ),
      );
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const [only] = batch;
      if (batch.length === 1) only?.reject(error);
      // One row may have spoiled it for the others.
      else for (const waiting of batch) await write(tenantId, [waiting]);
    }
  }

  async function drain(tenantId: string, queue: Waiting[]): Promise<void> {
    // Let those that ended in the same turn come along.
    await Promise.resolve();
    while (queue.length > 0) await write(tenantId, queue.splice(0, 200));
    queues.delete(tenantId);
  }

  /** Settles when the row is stored. */
  return (tenantId: string, row: CallRow): Promise<void> =>
    new Promise((resolve, reject) => {
      const waiting = { row, resolve, reject };
      const queue = queues.get(tenantId);
      if (queue) {
        queue.push(waiting);
        return;
      }
      const started = [waiting];
      queues.set(tenantId, started);
      void drain(tenantId, started);
    });
}
