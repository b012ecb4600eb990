import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { record, systemActor } from '../../audit/index.ts';
import { deliveriesOf, findNotification, type NotificationRow } from '../sending/store.ts';
import type { UnsubscribeLinks } from '../unsubscribe.ts';
import type { Category } from '../vocabulary.ts';
import { choose } from './choose.ts';
import { preferencesOf, setPreference } from './store.ts';

export type Unsubscribing = ReturnType<typeof createUnsubscribing>;

/** Ends the e-mails of a category for the recipient of one of them; after a digest, all that are not critical. */
export function createUnsubscribing(database: Database, links: UnsubscribeLinks) {
  async function about<T>(
    token: unknown,
    work: (transaction: TenantTransaction, notification: NotificationRow, tenantId: string) => Promise<T>,
  ): Promise<T | null> {
    const read = links.read(token);
    if (!read) return null;
    return database.withTenant(read.tenantId, async (transaction) => {
      const notification = await findNotification(transaction, read.notificationId);
      return notification ? work(transaction, notification, read.tenantId) : null;
    });
  }

  return {
    /** What a link unsubscribes from; null for an invalid one. */
    find: (token: unknown) =>
      about(token, async (transaction, notification) => {
        const { id, owner, template } = notification;
        const category = notification.category as Category;
        const deliveries = (await deliveriesOf(transaction, [id])).get(id) ?? [];
        const question = { template, category, channel: 'email' } as const;
        return {
          what: whatOf(notification),
          address: deliveries.find(({ channel }) => channel === 'email')?.address ?? '',
          isOff: choose(question, await preferencesOf(transaction, owner), []) === 'off',
        };
      }),

    /** Unsubscribes; again changes nothing. Null for an invalid link. */
    unsubscribe: (token: unknown, requestId: string) =>
      about(token, async (transaction, notification, tenantId) => {
        const { owner, category, template } = notification;
        const place = { template: '', category: template === 'digest' ? '' : category, channel: 'email' };
        await setPreference(transaction, owner, place, 'off');
        const actor = { ...systemActor(tenantId, 'unsubscribe'), requestId };
        await record(transaction, actor, {
          subject: `notification:${notification.id}`,
          details: [{ about: owner.startsWith('user:') ? [owner] : [], content: place }],
        });
        return { what: whatOf(notification) };
      }),
  };
}

function whatOf({ template, category }: NotificationRow): string {
  return template === 'digest' ? 'anything that is not critical' : category;
}
