import { sql } from 'kysely';
import type { TenantTransaction } from '../../../../platform/database/index.ts';

export interface InboxFilter {
  unread?: boolean | undefined;
  archived: boolean;
  category?: string | undefined;
}

export async function insertInboxItem(
  transaction: TenantTransaction,
  notificationId: string,
  userId: string,
): Promise<void> {
  await transaction
    .insertInto('notifications.inbox')
    .values({
      notification_id: notificationId,
      user_id: userId,
      seen_at: null,
      read_at: null,
      archived_at: null,
    })
    .execute();
}

/** A person's notifications before one, newest first. */
export function listInbox(
  transaction: TenantTransaction,
  userId: string,
  { unread, archived, category }: InboxFilter,
  before: string | null,
  limit: number,
) {
  let query = transaction
    .selectFrom('notifications.inbox as item')
    .innerJoin('notifications.notifications as notification', 'notification.id', 'item.notification_id')
    .select(['notification.id', 'notification.title', 'notification.summary', 'notification.link'])
    .select(['notification.category', 'notification.critical', 'notification.created_at'])
    .select(['item.seen_at', 'item.read_at', 'item.archived_at'])
    .where('item.user_id', '=', userId)
    .where('item.archived_at', archived ? 'is not' : 'is', null)
    .orderBy('notification.id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('notification.id', '<', before);
  if (unread) query = query.where('item.read_at', 'is', null);
  if (category) query = query.where('notification.category', '=', category);
  return query.execute();
}

export async function markSeen(
  transaction: TenantTransaction,
  userId: string,
  notificationIds: readonly string[],
  now: Date,
): Promise<void> {
  if (notificationIds.length === 0) return;
  await transaction
    .updateTable('notifications.inbox')
    .set({ seen_at: now })
    .where('user_id', '=', userId)
    .where('notification_id', 'in', [...notificationIds])
    .where('seen_at', 'is', null)
    .execute();
}

/** How many are not read, and how many came since the last look. */
export async function countInbox(
  transaction: TenantTransaction,
  userId: string,
): Promise<{ unread: number; unseen: number }> {
  const row = await transaction
    .selectFrom('notifications.inbox')
    .select(sql<string>`count(*) filter (where read_at is null)`.as('unread'))
    .select(sql<string>`count(*) filter (where seen_at is null)`.as('unseen'))
    .where('user_id', '=', userId)
    .where('archived_at', 'is', null)
    .executeTakeFirst();
  return { unread: Number(row?.unread ?? 0), unseen: Number(row?.unseen ?? 0) };
}

/** What is done about items of an inbox: marked, at a time, or taken back. */
export type InboxChange = 'read' | 'unread' | 'archive' | 'restore';

/**
 * Changes one item of a person, or all that it concerns; one that was read or archived before keeps its time.
 * @returns how many there are
 */
export async function changeInbox(
  transaction: TenantTransaction,
  userId: string,
  notificationId: string | undefined,
  change: InboxChange,
  now: Date,
): Promise<number> {
  const column = change === 'read' || change === 'unread' ? 'read_at' : 'archived_at';
  const isSet = change === 'read' || change === 'archive';
  let query = transaction
    .updateTable('notifications.inbox')
    .set({ [column]: isSet ? sql`coalesce(${sql.ref(column)}, ${now}::timestamptz)` : null })
    .where('user_id', '=', userId);
  if (notificationId !== undefined) query = query.where('notification_id', '=', notificationId);
  else {
    query = query.where(column, isSet ? 'is' : 'is not', null);
    if (change !== 'restore') query = query.where('archived_at', 'is', null);
    if (change === 'archive') query = query.where('read_at', 'is not', null);
  }
  const { numUpdatedRows } = await query.executeTakeFirst();
  return Number(numUpdatedRows);
}
