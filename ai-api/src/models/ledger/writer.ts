import type { Database, TenantTransaction } from '../../platform/database/index.ts';
import { type CallRow, insertCalls } from './store.ts';

/** A row, and whether it is a trace of its own because it is part of no other. */
export interface NewCall extends CallRow {
  isAlone: boolean;
}

interface Waiting {
  row: NewCall;
  resolve(): void;
  reject(error: unknown): void;
}

/** Stores the trace of a call that is part of no other, in the transaction that stores the call. */
type KeepAlone = (transaction: TenantTransaction, row: CallRow) => Promise<void>;

/**
 * Writes rows of the ledger in transactions of their own. Rows of one tenant that come while a transaction is
 * under way go together with the next: many calls at once cost hardly more than one.
 */
export function createWriter(database: Database, keepAlone: KeepAlone) {
  const queues = new Map<string, Waiting[]>();

  async function write(tenantId: string, batch: readonly Waiting[]): Promise<void> {
    try {
      await database.withTenant(tenantId, async (transaction) => {
        const rows = batch.map(({ row }) => row);
        await insertCalls(transaction, rows);
        for (const row of rows.filter(({ isAlone }) => isAlone)) await keepAlone(transaction, row);
      });
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
  return (tenantId: string, row: NewCall): Promise<void> =>
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
