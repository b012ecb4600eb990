import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type SuppressionRow = Selectable<Schema['notifications.suppressions']>;
type Suppressed = Pick<SuppressionRow, 'channel' | 'address' | 'reason'> & { detail?: string };

/** Nothing is sent to an address any more, whatever it is about; one that is listed already stays as it is. */
export async function suppress(
  transaction: TenantTransaction,
  { channel, address, reason, detail = '' }: Suppressed,
): Promise<boolean> {
  const row = await transaction
    .insertInto('notifications.suppressions')
    .values({ id: uuidv7(), channel, address: plain(address), reason, detail: detail.slice(0, 500) })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'channel', 'address']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function findSuppression(
  transaction: TenantTransaction,
  channel: string,
  address: string,
): Promise<SuppressionRow | undefined> {
  if (channel !== 'email' && channel !== 'sms') return undefined;
  return transaction
    .selectFrom('notifications.suppressions')
    .selectAll()
    .where('channel', '=', channel)
    .where('address', '=', plain(address))
    .executeTakeFirst();
}

/** Removes an address from the list; for one reason alone, where it is given. */
export async function release(
  transaction: TenantTransaction,
  channel: 'email' | 'sms',
  address: string,
  reason?: SuppressionRow['reason'],
): Promise<boolean> {
  let query = transaction
    .deleteFrom('notifications.suppressions')
    .where('channel', '=', channel)
    .where('address', '=', plain(address));
  if (reason) query = query.where('reason', '=', reason);
  const { numDeletedRows } = await query.executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Newest first. */
export function listSuppressions(
  transaction: TenantTransaction,
  { channel, search }: { channel?: 'email' | 'sms' | undefined; search?: string | undefined },
  before: string | null,
  limit: number,
): Promise<SuppressionRow[]> {
  let query = transaction
    .selectFrom('notifications.suppressions')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  if (channel) query = query.where('channel', '=', channel);
  if (search) query = query.where(sql<boolean>`strpos(address, ${search.toLowerCase()}) > 0`);
  return query.execute();
}

/** As it is compared: e-mail addresses without regard to case. */
function plain(address: string): string {
  return address.trim().toLowerCase();
}
