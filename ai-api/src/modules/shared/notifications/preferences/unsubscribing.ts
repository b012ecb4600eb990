import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { record, systemActor } from '../../audit/index.ts';
import type { Identity } from '../../identity/index.ts';
import { deliveriesOf, findNotification, type NotificationRow } from '../sending/store.ts';
import type { UnsubscribeLinks } from '../unsubscribe.ts';
import type { Category } from '../vocabulary.ts';
import { choose, placesOfUnsubscribing } from './choose.ts';
import { preferencesOf, setPreference } from './store.ts';

export type Unsubscribing = ReturnType<typeof createUnsubscribing>;

interface Link {
  tenantId: string;
  notification: NotificationRow;
  /** That the e-mail went to, in lower case; empty where it had none. */
  address: string;
}

/**
 * Ends the e-mails of a category for the recipient of one of them; after a digest, all that are not critical. It comes
 * before everything that the recipient chose until then.
 */
export function createUnsubscribing(
  database: Database,
  identity: Pick<Identity, 'users'>,
  links: UnsubscribeLinks,
) {
  async function about<T>(
    token: unknown,
    work: (transaction: TenantTransaction, link: Link) => Promise<T>,
  ): Promise<T | null> {
    const read = links.read(token);
    if (!read) return null;
    const { tenantId, notificationId } = read;
    return database.withTenant(tenantId, async (transaction) => {
      const notification = await findNotification(transaction, notificationId);
      if (!notification) return null;
      const deliveries = (await deliveriesOf(transaction, [notificationId])).get(notificationId) ?? [];
      const address = deliveries.find(({ channel }) => channel === 'email')?.address.toLowerCase() ?? '';
      return work(transaction, { tenantId, notification, address });
    });
  }

  /** The address and its user: an account that is made or removed later changes nothing. */
  async function ownersOf(
    transaction: TenantTransaction,
    { notification, address }: Link,
  ): Promise<Set<string>> {
    const owners = new Set([notification.owner]);
    if (address === '') return owners;
    owners.add(`email:${address}`);
    const user = await identity.users.activeByEmail(transaction, address);
    if (user) owners.add(`user:${user.id}`);
    return owners;
  }

  return {
    /** What a link unsubscribes from; null for an invalid one. */
    find: (token: unknown) =>
      about(token, async (transaction, { notification, address }) => {
        const { owner, template } = notification;
        const category = notification.category as Category;
        const question = { template, category, channel: 'email' } as const;
        const chosen = await preferencesOf(transaction, owner, address || null);
        return { what: whatOf(notification), address, isOff: choose(question, chosen, []) === 'off' };
      }),

    /** Unsubscribes; again changes nothing. Null for an invalid link. */
    unsubscribe: (token: unknown, requestId: string) =>
      about(token, async (transaction, link) => {
        const { tenantId, notification } = link;
        const category = notification.template === 'digest' ? '' : (notification.category as Category);
        const owners = await ownersOf(transaction, link);
        for (const owner of owners)
          for (const place of placesOfUnsubscribing(category, await preferencesOf(transaction, owner)))
            await setPreference(transaction, owner, place, 'off');
        const actor = { ...systemActor(tenantId, 'unsubscribe'), requestId };
        await record(transaction, actor, {
          subject: `notification:${notification.id}`,
          details: [
            {
              about: [...owners].filter((owner) => owner.startsWith('user:')),
              content: { category, channel: 'email' },
            },
          ],
        });
        return { what: whatOf(notification) };
      }),
  };
}

function whatOf({ template, category }: NotificationRow): string {
  return template === 'digest' ? 'anything that is not critical' : category;
}
