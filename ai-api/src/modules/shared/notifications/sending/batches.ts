import type { Selectable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../../platform/database/index.ts';
import type { NotificationRow } from './store.ts';

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

/** Closes a digest and answers what is in it, oldest first. */
export async function closeBatch(
  transaction: TenantTransaction,
  id: string,
  now: Date,
): Promise<NotificationRow[]> {
  await transaction
    .updateTable('notifications.batches')
    .set({ is_open: false })
    .where('id', '=', id)
    .execute();
  const inside = await transaction
    .updateTable('notifications.deliveries')
    .set({ state: 'digested', ended_at: now })
    .where('batch_id', '=', id)
    .where('state', '=', 'batched')
    .returning('notification_id')
    .execute();
  if (inside.length === 0) return [];
  return transaction
    .selectFrom('notifications.notifications')
    .selectAll()
    .where(
      'id',
      'in',
      inside.map(({ notification_id }) => notification_id),
    )
    .orderBy('id')
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
