import type { Selectable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../../platform/database/index.ts';
import type { DeliveryRow } from './store.ts';

/** Notifications in one e-mail; further ones come in the next e-mail at once. */
export const MAX_ITEMS = 200;

export type BatchRow = Selectable<Schema['notifications.batches']>;

/** The open digest of a person, locked so that it is not sent meanwhile; made, with its due time, where there is none. */
export async function joinBatch(
  transaction: TenantTransaction,
  owner: string,
  dueAt: Date,
): Promise<{ id: string; isNew: boolean }> {
  const id = uuidv7();
  const made = await transaction
    .insertInto('notifications.batches')
    .values({ id, owner, due_at: dueAt, notification_id: null })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'owner']).where('is_open', '=', true).doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  if (made) return { id, isNew: true };
  const open = await transaction
    .selectFrom('notifications.batches')
    .select('id')
    .where('owner', '=', owner)
    .where('is_open', '=', true)
    .forUpdate()
    .executeTakeFirst();
  return open ? { id: open.id, isNew: false } : joinBatch(transaction, owner, dueAt);
}

export function lockBatch(transaction: TenantTransaction, id: string): Promise<BatchRow | undefined> {
  return transaction
    .selectFrom('notifications.batches')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

/** Closes a digest: what comes next opens another one. */
export async function closeBatch(transaction: TenantTransaction, id: string): Promise<void> {
  await transaction
    .updateTable('notifications.batches')
    .set({ is_open: false })
    .where('id', '=', id)
    .execute();
}

/** A delivery in a digest, with what the digest says about it. */
export type BatchItem = Awaited<ReturnType<typeof itemsOf>>[number];

/** What is in a digest in some state, oldest first. */
export function itemsOf(
  transaction: TenantTransaction,
  batchId: string,
  state: 'batched' | 'digested',
  limit: number,
) {
  return transaction
    .selectFrom('notifications.deliveries as delivery')
    .innerJoin('notifications.notifications as notification', 'notification.id', 'delivery.notification_id')
    .select(['delivery.id as deliveryId', 'delivery.address', 'delivery.notification_id as notificationId'])
    .select(['notification.template', 'notification.category'])
    .select(['notification.title', 'notification.summary', 'notification.link'])
    .where('delivery.batch_id', '=', batchId)
    .where('delivery.state', '=', state)
    .orderBy('delivery.id')
    .limit(limit)
    .execute();
}

/** Ends some deliveries of a digest. */
export async function endItems(
  transaction: TenantTransaction,
  items: readonly Pick<BatchItem, 'deliveryId'>[],
  changes: Pick<DeliveryRow, 'state' | 'ended_at'> & Partial<Pick<DeliveryRow, 'error_code' | 'error'>>,
): Promise<void> {
  if (items.length === 0) return;
  await transaction
    .updateTable('notifications.deliveries')
    .set(changes)
    .where(
      'id',
      'in',
      items.map(({ deliveryId }) => deliveryId),
    )
    .execute();
}

/** Puts deliveries of a digest that failed with a code back into it. */
export async function restoreItems(
  transaction: TenantTransaction,
  batchId: string,
  errorCode: string,
): Promise<void> {
  await transaction
    .updateTable('notifications.deliveries')
    .set({ state: 'batched', error_code: null, error: null, ended_at: null })
    .where('batch_id', '=', batchId)
    .where('state', '=', 'failed')
    .where('error_code', '=', errorCode)
    .execute();
}

export async function setBatchNotification(
  transaction: TenantTransaction,
  id: string,
  notificationId: string,
): Promise<void> {
  await transaction
    .updateTable('notifications.batches')
    .set({ notification_id: notificationId })
    .where('id', '=', id)
    .execute();
}
