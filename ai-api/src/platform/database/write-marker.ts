import { AsyncLocalStorage } from 'node:async_hooks';
import type { TenantTransaction } from './index.ts';

/** Told of each transaction that writes for a tenant; what it writes itself commits with it, or not at all. */
export type OnWrite = (transaction: TenantTransaction, tenantId: string) => Promise<void>;

const current = new AsyncLocalStorage<{ onWrite: OnWrite | null }>();

/** Runs `work`; until it ends, `onWrite` is called with the transactions in it that write. */
export async function markingWrites<T>(onWrite: OnWrite, work: () => Promise<T>): Promise<T> {
  const marking: { onWrite: OnWrite | null } = { onWrite };
  try {
    return await current.run(marking, work);
  } finally {
    marking.onWrite = null;
  }
}

/** Says that this transaction writes. */
export async function markWrite(transaction: TenantTransaction, tenantId: string): Promise<void> {
  await current.getStore()?.onWrite?.(transaction, tenantId);
}
