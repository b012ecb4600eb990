import { createHash } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type SuppressionRow = Selectable<Schema['notifications.suppressions']>;
type Suppressed = Pick<SuppressionRow, 'channel' | 'address' | 'reason'> & { detail?: string };

/** What is left of an address once its owner was erased: enough to know it again, and to send nothing to it. */
export function forgotten(channel: 'email' | 'sms', address: string): string {
  return `sha256:${createHash('sha256')
    .update(`${channel} ${plain(address)}`)
    .digest('hex')}`;
}

/** Nothing is sent to an address any more, whatever it is about; one that is listed already stays as it is. */
export async function suppress(
  transaction: TenantTransaction,
  { channel, address, reason, detail = '' }: Suppressed,
): Promise<boolean> {
  if (await findSuppression(transaction, channel, address)) return false;
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
    .where('address', 'in', [plain(address), forgotten(channel, address)])
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
    .where('address', 'in', [plain(address), forgotten(channel, address)]);
  if (reason) query = query.where('reason', '=', reason);
  const { numDeletedRows } = await query.executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Newest first. A whole address also finds what is left of it after an erasure. */
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
  if (search) {
    const digests = [forgotten('email', search), forgotten('sms', search)];
    query = query.where(
      sql<boolean>`(strpos(address, ${plain(search)}) > 0 or address = any(${digests}::text[]))`,
    );
  }
  return query.execute();
}

/** What is suppressed of owners such as `email:<address>` and `phone:<number>`, by the address or what is left of it. */
export function suppressionsOf(
  transaction: TenantTransaction,
  owners: readonly string[],
): Promise<SuppressionRow[]> {
  const [addresses, digests] = addressesOf(owners);
  return transaction
    .selectFrom('notifications.suppressions')
    .selectAll()
    .where(sql<boolean>`channel || ' ' || address = any(${[...addresses, ...digests]}::text[])`)
    .orderBy('id')
    .execute();
}

/** Keeps of suppressed addresses no more than what they are known by. @returns how many there were */
export async function forgetSuppressed(
  transaction: TenantTransaction,
  owners: readonly string[],
): Promise<number> {
  const [addresses, digests] = addressesOf(owners);
  const { numAffectedRows } = await sql`
    update notifications.suppressions as listed set address = split_part(known.digest, ' ', 2), detail = ''
    from unnest(${addresses}::text[], ${digests}::text[]) as known(address, digest)
    where listed.channel || ' ' || listed.address = known.address`.execute(transaction);
  return Number(numAffectedRows ?? 0);
}

/** The addresses of owners and what is left of them after an erasure, each behind its channel. */
function addressesOf(owners: readonly string[]): [addresses: string[], digests: string[]] {
  const known = owners.flatMap((owner) => {
    const [, kind, address = ''] = /^(email|phone):(.+)$/.exec(owner) ?? [];
    if (kind === undefined) return [];
    return [{ channel: kind === 'phone' ? ('sms' as const) : ('email' as const), address: plain(address) }];
  });
  return [
    known.map(({ channel, address }) => `${channel} ${address}`),
    known.map(({ channel, address }) => `${channel} ${forgotten(channel, address)}`),
  ];
}

/** As it is compared: e-mail addresses without regard to case. */
function plain(address: string): string {
  return address.trim().toLowerCase();
}
