import { z } from 'zod';
import { type Caller, personOf } from '../../../../http/caller.ts';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { notFound } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import type { Notifier } from '../sending/notify.ts';
import type { Category } from '../vocabulary.ts';
import { changeInbox, countInbox, type InboxChange, type InboxFilter, listInbox, markSeen } from './store.ts';

/** The inbox of the person who calls. */
export function createInbox(
  database: Database,
  { announceInbox }: Pick<Notifier, 'announceInbox'>,
  now: () => Date,
) {
  async function counts(transaction: TenantTransaction, userId: string) {
    return { userId, ...(await countInbox(transaction, userId)) };
  }

  async function change(caller: Caller, notificationId: string | undefined, wanted: InboxChange) {
    const { id: userId } = personOf(caller);
    return database.withTenant(caller.tenantId, async (transaction) => {
      const changed = await changeInbox(transaction, userId, notificationId, wanted, now());
      if (notificationId !== undefined && changed === 0) throw notFound('notification', notificationId);
      if (changed > 0) await announceInbox(transaction, caller.tenantId, userId);
      return counts(transaction, userId);
    });
  }

  return {
    list: (caller: Caller, filter: InboxFilter, page: Page) => {
      const { id: userId } = personOf(caller);
      return database.withTenant(caller.tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listInbox(transaction, userId, filter, before, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const unseen = rows.filter(({ seen_at }) => seen_at === null).map(({ id }) => id);
            await markSeen(transaction, userId, unseen, now());
            return rows.map((row) => ({
              notificationId: row.id,
              title: row.title,
              summary: row.summary,
              link: row.link,
              category: row.category as Category,
              critical: row.critical,
              createdAt: row.created_at.toISOString(),
              seenAt: row.seen_at?.toISOString() ?? null,
              readAt: row.read_at?.toISOString() ?? null,
              archivedAt: row.archived_at?.toISOString() ?? null,
            }));
          },
        }),
      );
    },

    count: (caller: Caller) => {
      const { id } = personOf(caller);
      return database.withTenant(caller.tenantId, (transaction) => counts(transaction, id));
    },

    /** @throws {import('../../../../http/problem.ts').Problem} NOT_FOUND */
    read: (caller: Caller, notificationId: string | undefined, unread: boolean) =>
      change(caller, notificationId, unread ? 'unread' : 'read'),

    /** Without an id all that are read, or archived. @throws {import('../../../../http/problem.ts').Problem} NOT_FOUND */
    archive: (caller: Caller, notificationId: string | undefined, restore: boolean) =>
      change(caller, notificationId, restore ? 'restore' : 'archive'),
  };
}
