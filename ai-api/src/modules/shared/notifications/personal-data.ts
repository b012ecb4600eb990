import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { mentions, type PersonalData, type PersonalTable } from '../../../platform/personal-data.ts';
import { countOlder, type RetentionKind } from '../../../platform/retention.ts';
import { type Identity, userOfSubject } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import { UNVERIFIED } from './preferences/phone.ts';
import { forgetPreferences, settingsOf } from './preferences/store.ts';
import { removeBefore } from './sending/store.ts';
import { forgetSuppressed, suppressionsOf } from './suppressions.ts';
import { MIN_RETENTION_DAYS } from './vocabulary.ts';

const OWN: readonly PersonalTable[] = [
  { table: 'notifications.inbox', of: ['user_id'], erase: 'delete' },
  {
    table: 'notifications.attempts',
    within: { column: 'delivery_id', table: 'notifications.deliveries' },
    erase: 'delete',
  },
  {
    table: 'notifications.deliveries',
    of: ['address'],
    within: { column: 'notification_id', table: 'notifications.notifications' },
    erase: 'delete',
  },
  {
    table: 'notifications.notifications',
    of: ['owner', 'user_id'],
    by: ['created_by'],
    erase: 'delete',
  },
  { table: 'notifications.batches', of: ['owner'], erase: 'delete' },
  {
    table: 'notifications.profiles',
    of: ['user_id'],
    by: ['phone', 'verified_phone'],
    erase: 'delete',
    withheld: ['webhook_secret', 'phone_code'],
  },
  { table: 'notifications.preferences', of: ['owner'], erase: 'delete' },
  {
    table: 'notifications.suppressions',
    of: ['address'],
    erase: { keep: 'Nothing is sent to an address that is listed; a digest takes the place of the address.' },
  },
  mentions('notifications.templates'),
  mentions('notifications.versions', 'created_by', 'created_by_id', 'published_by'),
];

/**
 * What people were sent, how they want to be reached, and why nothing is sent to them. All of it is erased on request,
 * but that nothing is to be sent to an address: it stays by a digest of the address.
 */
export function personalDataOf(people: People, identity: Identity): PersonalData {
  /** The owners that a subject is known under: `builder:` and `user:` by their e-mail address and their
   * verified phone number too: one that is not may be another person's. */
  async function ownersOf(transaction: TenantTransaction, subject: string): Promise<string[]> {
    const owners = await accountsOf(transaction, subject);
    const numbers = await transaction
      .selectFrom('notifications.profiles')
      .select('phone')
      .where(sql<boolean>`'user:' || user_id = any(${owners}) and phone = verified_phone`)
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
    const userId = await userOfSubject(transaction, people, subject);
    return [`email:${email}`, ...(userId ? [`user:${userId}`] : [])];
  }

  return {
    tables: OWN,
    retention: [retention],
    disclosure: {
      categories: [
        'What was sent to a person and how they want to be reached',
        'Phone number and quiet hours',
      ],
      source: 'What happens in the product, and the person’s own settings',
      purpose: 'Notifying people',
      sharedWith: ['The mail and SMS providers that the company configured'],
    },
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
        .select([
          'phone',
          'verified_phone as verifiedPhone',
          'zone',
          'locale',
          'quiet_from',
          'quiet_to',
          'digest_hour',
        ])
        .where(sql<boolean>`('user:' || user_id = any(${owners}) or 'phone:' || phone = ${subject})`)
        .execute();
      const suppressions = (await suppressionsOf(transaction, owners)).map(
        ({ channel, address, reason, detail, created_at: createdAt }) => ({
          channel,
          address,
          reason,
          detail,
          createdAt,
        }),
      );
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
      await forgetPreferences(transaction, owners);
      await forgetSuppressed(transaction, owners);
      const profiles = await transaction
        .deleteFrom('notifications.profiles')
        .where(sql<boolean>`'user:' || user_id = any(${owners})`)
        .executeTakeFirst();
      // Others may have entered the number, too.
      await transaction
        .updateTable('notifications.profiles')
        .set({ phone: null, ...UNVERIFIED })
        .where(sql<boolean>`'phone:' || phone = any(${owners})`)
        .execute();
      return Number(numDeletedRows + profiles.numDeletedRows);
    },
  };
}

/** Notifications are kept for as long as the company's settings say. */
const retention: RetentionKind = {
  kind: 'notifications',
  title: 'Notifications that were sent',
  tables: [
    'notifications.notifications',
    'notifications.deliveries',
    'notifications.attempts',
    'notifications.inbox',
    'notifications.batches',
  ],
  defaultDays: 365,
  minDays: MIN_RETENTION_DAYS,
  floor: 'Links to unsubscribe, and answers such as STOP, find their company by it.',
  keeps: 'To whom nothing is to be sent, and what was unsubscribed from.',
  maxDays: 3650,
  isPlanLimited: true,
  days: async (transaction) => (await settingsOf(transaction)).retention_days,
  setDays: async (transaction, days) => {
    if (days === null) return;
    await sql`
      insert into notifications.settings (retention_days) values (${days})
      on conflict (tenant_id) do update set retention_days = excluded.retention_days`.execute(transaction);
  },
  count: (transaction, before) =>
    countOlder(transaction, { table: 'notifications.notifications', column: 'created_at' }, before),
  remove: (transaction, _tenantId, before, limit) => removeBefore(transaction, before, limit),
};
