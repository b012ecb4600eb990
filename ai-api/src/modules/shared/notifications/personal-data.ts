import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import type { Identity } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import { settingsOf } from './preferences/store.ts';
import { removeBefore } from './sending/store.ts';

const TABLES = [
  'notifications',
  'deliveries',
  'attempts',
  'inbox',
  'profiles',
  'preferences',
  'suppressions',
];

/**
 * What people were sent, how they want to be reached, and why nothing is sent to them. All of it but the suppression list is
 * erased on request.
 */
export function personalDataOf(people: People, identity: Identity): PersonalData {
  /** The owners that a subject is known under: `builder:` and `user:` by their e-mail address and phone number too. */
  async function ownersOf(transaction: TenantTransaction, subject: string): Promise<string[]> {
    const owners = await accountsOf(transaction, subject);
    const numbers = await transaction
      .selectFrom('notifications.profiles')
      .select('phone')
      .where(sql<boolean>`'user:' || user_id = any(${owners})`)
      .execute();
    return [...owners, ...numbers.flatMap(({ phone }) => (phone === null ? [] : `phone:${phone}`))];
  }

  async function accountsOf(transaction: TenantTransaction, subject: string): Promise<string[]> {
    const [, kind, id = ''] = /^(user|builder|email|phone):(.+)$/.exec(subject) ?? [];
    if (kind === 'email' || kind === 'phone') return [subject.toLowerCase()];
    if (kind === 'user') {
      const email = (await identity.emails(transaction)).get(subject);
      return [subject, ...(email ? [`email:${email}`] : [])];
    }
    if (kind !== 'builder') return [];
    const builder = await people.findBuilder(transaction, id);
    if (!builder) return [];
    const email = builder.email.toLowerCase();
    const user = await identity.users.activeByEmail(transaction, email);
    return [`email:${email}`, ...(user ? [`user:${user.id}`] : [])];
  }

  return {
    tables: TABLES.map((table) => `notifications.${table}`),
    about: async (transaction, subject) => {
      const owners = await ownersOf(transaction, subject);
      if (owners.length === 0) return null;
      const notifications = await transaction
        .selectFrom('notifications.notifications as notification')
        .innerJoin('notifications.deliveries as delivery', 'delivery.notification_id', 'notification.id')
        .select(['notification.template', 'notification.category', 'notification.title'])
        .select(['notification.created_at as createdAt', 'delivery.channel', 'delivery.address'])
        .select(['delivery.content', 'delivery.state', 'delivery.sent_at as sentAt'])
        .where('notification.owner', 'in', owners)
        .orderBy('delivery.id')
        .execute();
      const preferences = await transaction
        .selectFrom('notifications.preferences')
        .select(['template', 'category', 'channel', 'choice'])
        .where('owner', 'in', owners)
        .execute();
      const profiles = await transaction
        .selectFrom('notifications.profiles')
        .select(['phone', 'zone', 'locale', 'quiet_from', 'quiet_to', 'digest_hour'])
        .where(sql<boolean>`'user:' || user_id = any(${owners})`)
        .execute();
      const suppressions = await transaction
        .selectFrom('notifications.suppressions')
        .select(['channel', 'address', 'reason', 'detail', 'created_at as createdAt'])
        .where(
          sql<boolean>`(case channel when 'sms' then 'phone:' else 'email:' end) || address = any(${owners})`,
        )
        .execute();
      const found = notifications.length + preferences.length + profiles.length + suppressions.length;
      return found === 0 ? null : { notifications, preferences, profiles, suppressions };
    },
    erase: async (transaction, _tenantId, subject) => {
      const owners = await ownersOf(transaction, subject);
      if (owners.length === 0) return 0;
      const { numDeletedRows } = await transaction
        .deleteFrom('notifications.notifications')
        .where('owner', 'in', owners)
        .executeTakeFirst();
      await transaction.deleteFrom('notifications.batches').where('owner', 'in', owners).execute();
      await transaction.deleteFrom('notifications.preferences').where('owner', 'in', owners).execute();
      const profiles = await transaction
        .deleteFrom('notifications.profiles')
        .where(sql<boolean>`'user:' || user_id = any(${owners})`)
        .executeTakeFirst();
      return Number(numDeletedRows + profiles.numDeletedRows);
    },
  };
}

/** Removes what is older than the company keeps it. */
export async function removeOld(transaction: TenantTransaction, now: Date): Promise<number> {
  const { retention_days } = await settingsOf(transaction);
  return removeBefore(transaction, new Date(now.getTime() - retention_days * 86_400_000));
}
