import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import {
  type Database,
  type Schema,
  staysHere,
  type TenantTransaction,
} from '../../../../platform/database/index.ts';
import { forgotten } from '../suppressions.ts';
import type { Channel } from '../vocabulary.ts';

export type NotificationRow = Selectable<Schema['notifications.notifications']>;
export type DeliveryRow = Selectable<Schema['notifications.deliveries']>;
export type AttemptRow = Selectable<Schema['notifications.attempts']>;
export type DeliveryState = DeliveryRow['state'];

/** A delivery with what its notification says about it. */
export interface DueDelivery extends DeliveryRow {
  owner: string;
  user_id: string | null;
  template: string;
  category: string;
  critical: boolean;
  source: string | null;
  regardless: boolean;
}

/** @returns false when the same content was sent with the dedupe key before */
export async function insertNotification(
  transaction: TenantTransaction,
  values: Omit<NotificationRow, 'tenant_id'>,
): Promise<boolean> {
  const row = await transaction
    .insertInto('notifications.notifications')
    .values(values)
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'owner', 'dedupe_key', 'digest'])
        .where('dedupe_key', 'is not', null)
        .doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export function findRepeated(
  transaction: TenantTransaction,
  owner: string,
  dedupeKey: string,
  digest: string,
): Promise<NotificationRow | undefined> {
  return transaction
    .selectFrom('notifications.notifications')
    .selectAll()
    .where('owner', '=', owner)
    .where('dedupe_key', '=', dedupeKey)
    .where('digest', '=', digest)
    .executeTakeFirst();
}

export function findNotification(
  transaction: TenantTransaction,
  id: string,
): Promise<NotificationRow | undefined> {
  return transaction
    .selectFrom('notifications.notifications')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
}

type NewDelivery = Pick<DeliveryRow, 'id' | 'notification_id' | 'channel' | 'address' | 'content' | 'state'> &
  Partial<Pick<DeliveryRow, 'not_before' | 'batch_id' | 'error_code' | 'error' | 'sent_at' | 'ended_at'>> & {
    created_at: Date;
  };

export async function insertDelivery(transaction: TenantTransaction, values: NewDelivery): Promise<void> {
  await transaction
    .insertInto('notifications.deliveries')
    .values({
      not_before: null,
      batch_id: null,
      provider_id: null,
      error_code: null,
      error: null,
      sending_at: null,
      sent_at: null,
      ended_at: null,
      ...values,
      content: JSON.stringify(values.content),
    })
    .execute();
}

/** A delivery, locked until the transaction ends. */
export async function lockDelivery(
  transaction: TenantTransaction,
  id: string,
): Promise<DueDelivery | undefined> {
  const delivery = await transaction
    .selectFrom('notifications.deliveries')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!delivery) return undefined;
  const notification = await findNotification(transaction, delivery.notification_id);
  if (!notification) return undefined;
  const { owner, user_id, template, category, critical, source, regardless } = notification;
  return { ...delivery, owner, user_id, template, category, critical, source, regardless };
}

export async function updateDelivery(
  transaction: TenantTransaction,
  id: string,
  changes: Partial<Omit<DeliveryRow, 'id' | 'tenant_id' | 'content'>>,
): Promise<void> {
  await transaction.updateTable('notifications.deliveries').set(changes).where('id', '=', id).execute();
}

export async function insertAttempt(
  transaction: TenantTransaction,
  values: Omit<AttemptRow, 'id' | 'tenant_id'>,
): Promise<void> {
  await transaction
    .insertInto('notifications.attempts')
    .values({ id: uuidv7(), ...values })
    .execute();
}

export async function deliveriesOf(
  transaction: TenantTransaction,
  notificationIds: readonly string[],
): Promise<Map<string, DeliveryRow[]>> {
  if (notificationIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('notifications.deliveries')
    .selectAll()
    .where('notification_id', 'in', [...notificationIds])
    .orderBy('id')
    .execute();
  return Map.groupBy(rows, ({ notification_id }) => notification_id);
}

/** Attempts of some deliveries, oldest first. */
export async function attemptsOf(
  transaction: TenantTransaction,
  deliveryIds: readonly string[],
): Promise<Map<string, AttemptRow[]>> {
  if (deliveryIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('notifications.attempts')
    .selectAll()
    .where('delivery_id', 'in', [...deliveryIds])
    .orderBy('id')
    .execute();
  return Map.groupBy(rows, ({ delivery_id }) => delivery_id);
}

export interface Filter {
  state?: DeliveryState | undefined;
  channel?: Channel | undefined;
  recipient?: string | undefined;
  source?: string | undefined;
  troubled?: boolean | undefined;
}

const TROUBLE = ['failed', 'unknown', 'suppressed'] as const;

/** Notifications before one, newest first. */
export function listNotifications(
  transaction: TenantTransaction,
  { state, channel, recipient, source, troubled }: Filter,
  before: string | null,
  limit: number,
): Promise<NotificationRow[]> {
  let query = transaction
    .selectFrom('notifications.notifications as notification')
    .selectAll('notification')
    .orderBy('notification.id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('notification.id', '<', before);
  if (recipient) query = query.where('notification.owner', '=', recipient);
  if (source) query = query.where('notification.source', '=', source);
  if (state || channel || troubled)
    query = query.where(({ exists, selectFrom }) => {
      let delivery = selectFrom('notifications.deliveries as delivery')
        .select('delivery.id')
        .whereRef('delivery.notification_id', '=', 'notification.id');
      if (state) delivery = delivery.where('delivery.state', '=', state);
      if (channel) delivery = delivery.where('delivery.channel', '=', channel);
      if (troubled) delivery = delivery.where('delivery.state', 'in', [...TROUBLE]);
      return exists(delivery);
    });
  return query.execute();
}

/** The company of a delivery that a provider reports about, by our id of it or the provider's. */
export async function tenantOfDelivery(
  database: Database,
  by: { id: string } | { providerId: string },
): Promise<{ tenantId: string; deliveryId: string } | null> {
  const query = database
    .system('a report of a provider names a delivery alone; only its company is looked up')
    .selectFrom('notifications.deliveries')
    .select(['id', 'tenant_id']);
  const row = await ('id' in by
    ? query.where('id', '=', by.id)
    : query.where('provider_id', '=', by.providerId)
  ).executeTakeFirst();
  return row ? { tenantId: row.tenant_id, deliveryId: row.id } : null;
}

/** Companies that sent text messages to a number, have it as a user's, or send it nothing, whose answers concern all of them. */
export async function tenantsOfPhone(database: Database, phone: string): Promise<string[]> {
  const rows = await database
    .system(
      'an answer to a text message names a number alone; only the companies that it concerns are looked up',
    )
    .selectFrom('notifications.deliveries')
    .select('tenant_id')
    .where('channel', '=', 'sms')
    .where('address', '=', phone)
    .where(staysHere(database.residency, 'notifications.deliveries.tenant_id'))
    .union((eb) =>
      eb
        .selectFrom('notifications.profiles')
        .select('tenant_id')
        .where('phone', '=', phone)
        .where(staysHere(database.residency, 'notifications.profiles.tenant_id')),
    )
    .union((eb) =>
      eb
        .selectFrom('notifications.suppressions')
        .select('tenant_id')
        .where('channel', '=', 'sms')
        .where('address', 'in', [phone, forgotten('sms', phone)])
        .where(staysHere(database.residency, 'notifications.suppressions.tenant_id')),
    )
    .execute();
  return rows.map(({ tenant_id }) => tenant_id);
}

/** Removes notifications older than a moment with all that belongs to them. */
export async function removeBefore(
  transaction: TenantTransaction,
  moment: Date,
  limit: number,
): Promise<number> {
  const { numDeletedRows } = await transaction
    .deleteFrom('notifications.notifications')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('notifications.notifications')
        .select('id')
        .where('created_at', '<', moment)
        .orderBy('created_at')
        .limit(limit),
    )
    .executeTakeFirst();
  await sql`
    delete from notifications.batches as batch
    where not is_open and due_at < ${moment}
      and not exists (select 1 from notifications.deliveries where batch_id = batch.id)`.execute(transaction);
  return Number(numDeletedRows);
}
