import { sql } from 'kysely';
import type { TenantTransaction } from '../../../../platform/database/index.ts';

export interface UsedSession {
  licence_id: string;
  group_name: string;
  requested_at: Date;
  started_at: Date;
  /** End, or null while it goes on. */
  ended_at: Date | null;
  state: string;
}

/** Sessions that held a seat at some time between two times. */
export function sessionsBetween(
  transaction: TenantTransaction,
  { licenceId, from, to }: { licenceId?: string | undefined; from: Date; to: Date },
): Promise<UsedSession[]> {
  let query = transaction
    .selectFrom('licences.sessions')
    .select(['licence_id', 'group_name', 'requested_at', 'ended_at', 'state'])
    .select(sql<Date>`started_at`.as('started_at'))
    .where('started_at', '<', to)
    .where((eb) => eb.or([eb('ended_at', 'is', null), eb('ended_at', '>', from)]));
  if (licenceId !== undefined) query = query.where('licence_id', '=', licenceId);
  return query.execute();
}

export interface UsedDenial {
  licence_id: string;
  code: string;
  first_at: Date;
  last_at: Date;
}

export function denialsBetween(
  transaction: TenantTransaction,
  { licenceId, from, to }: { licenceId?: string | undefined; from: Date; to: Date },
): Promise<UsedDenial[]> {
  let query = transaction
    .selectFrom('licences.denials')
    .select(['licence_id', 'code', 'first_at', 'last_at'])
    .where('first_at', '<', to)
    .where('last_at', '>=', from);
  if (licenceId !== undefined) query = query.where('licence_id', '=', licenceId);
  return query.execute();
}

export interface NamedLicence {
  id: string;
  name: string;
  product_code: string;
  max_seats: number;
  policy: object;
  created_at: Date;
}

export function namedLicences(
  transaction: TenantTransaction,
  licenceId: string | undefined,
): Promise<NamedLicence[]> {
  let query = transaction
    .selectFrom('licences.licences as licence')
    .innerJoin('licences.products as product', 'product.id', 'licence.product_id')
    .select([
      'licence.id',
      'licence.name',
      'licence.max_seats',
      'licence.policy',
      'licence.created_at',
      'product.code as product_code',
    ])
    .orderBy('licence.name')
    .orderBy('licence.id');
  if (licenceId !== undefined) query = query.where('licence.id', '=', licenceId);
  return query.execute();
}

/** Active licences that end between two times, the first to end first. */
export function expiringBetween(
  transaction: TenantTransaction,
  from: Date,
  to: Date,
): Promise<(NamedLicence & { expires_at: Date })[]> {
  return transaction
    .selectFrom('licences.licences as licence')
    .innerJoin('licences.products as product', 'product.id', 'licence.product_id')
    .select([
      'licence.id',
      'licence.name',
      'licence.max_seats',
      'licence.policy',
      'licence.created_at',
      'product.code as product_code',
      sql<Date>`licence.expires_at`.as('expires_at'),
    ])
    .where('licence.state', '=', 'active')
    .where('licence.expires_at', '>', from)
    .where('licence.expires_at', '<=', to)
    .orderBy('licence.expires_at')
    .orderBy('licence.id')
    .execute();
}

/** Notes that a notice was given; false when it was given before. */
export async function noteNotice(
  transaction: TenantTransaction,
  notice: { licence_id: string; expires_at: Date; days_before: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('licences.notices')
    .values(notice)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}
