import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../../platform/database/index.ts';
import { type Aged, countOlder, removeOlder } from '../../../../platform/retention.ts';
import { LIVE } from '../states.ts';

export type SessionRecord = Selectable<Schema['licences.sessions']>;
export type DenialRecord = Selectable<Schema['licences.denials']>;
type OfLicence = { licence_name: string; product_code: string };

/** Retries of one device within this time are one denial. */
const RETRY_WINDOW_MS = 600_000;

export function findSession(
  transaction: TenantTransaction,
  id: string,
): Promise<(SessionRecord & OfLicence) | undefined> {
  return sessions(transaction).where('session.id', '=', id).executeTakeFirst();
}

const sessions = (transaction: TenantTransaction) =>
  transaction
    .selectFrom('licences.sessions as session')
    .innerJoin('licences.licences as licence', 'licence.id', 'session.licence_id')
    .innerJoin('licences.products as product', 'product.id', 'licence.product_id')
    .selectAll('session')
    .select(['licence.name as licence_name', 'product.code as product_code']);

export interface SessionFilter {
  licenceId?: string | undefined;
  state?: string | undefined;
  user?: string | undefined;
}

/** Sessions before the one with the id `before`, newest first. */
export function listSessions(
  transaction: TenantTransaction,
  { licenceId, state, user }: SessionFilter,
  before: string | null,
  limit: number,
): Promise<(SessionRecord & OfLicence)[]> {
  let query = sessions(transaction).orderBy('session.id', 'desc').limit(limit);
  if (before !== null) query = query.where('session.id', '<', before);
  if (licenceId !== undefined) query = query.where('session.licence_id', '=', licenceId);
  if (user !== undefined) query = query.where('session.user_name', '=', user);
  if (state === 'live') query = query.where('session.state', 'in', [...LIVE]);
  else if (state !== undefined) query = query.where('session.state', '=', state);
  return query.execute();
}

/** The live session of a device, of one licence. */
export function findLive(
  transaction: TenantTransaction,
  licenceId: string,
  device: string,
): Promise<SessionRecord | undefined> {
  return transaction
    .selectFrom('licences.sessions')
    .selectAll()
    .where('licence_id', '=', licenceId)
    .where('device', '=', device)
    .where('state', 'in', ['queued', 'offered', 'held', 'borrowed'])
    .orderBy('id', 'desc')
    .executeTakeFirst();
}

/** Which of these sessions have ended. */
export async function endedAmong(transaction: TenantTransaction, ids: readonly string[]): Promise<string[]> {
  const rows = await transaction
    .selectFrom('licences.sessions')
    .select('id')
    .where('id', 'in', [...ids])
    .where('ended_at', 'is not', null)
    .execute();
  return rows.map(({ id }) => id);
}

/** Live sessions of a device, for what ends them. */
export function liveOfDevice(
  transaction: TenantTransaction,
  licenceId: string,
  device: string,
): Promise<SessionRecord[]> {
  return transaction
    .selectFrom('licences.sessions')
    .selectAll()
    .where('licence_id', '=', licenceId)
    .where('device', '=', device)
    .where('state', 'in', ['queued', 'offered', 'held', 'borrowed'])
    .execute();
}

/** Keeps the token of a session, sealed, for a client that has lost it. */
export async function keepToken(
  transaction: TenantTransaction,
  id: string,
  { token, issuedAt, expiresAt }: { token: string; issuedAt: Date; expiresAt: Date },
): Promise<void> {
  await transaction
    .updateTable('licences.sessions')
    .set({ token, token_issued_at: issuedAt, token_expires_at: expiresAt })
    .where('id', '=', id)
    .execute();
}

/** Has the grants of a licence count its devices one after the other: another waits until the transaction ends. */
export async function lockDevices(transaction: TenantTransaction, licenceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`licence devices ${licenceId}`}, 0))`.execute(
    transaction,
  );
}

/** The day (UTC) of a moment, as the database writes it. */
const dayOf = (moment: Date) => moment.toISOString().slice(0, 10);

/** Counts a device among those that had a seat of a licence on a day, wherever the seat moves later. */
export async function noteDevice(
  transaction: TenantTransaction,
  licenceId: string,
  at: Date,
  device: string,
): Promise<void> {
  await transaction
    .insertInto('licences.device_days')
    .values({ licence_id: licenceId, day: dayOf(at), device })
    .onConflict((conflict) => conflict.columns(['licence_id', 'day', 'device']).doNothing())
    .execute();
}

/**
 * Different devices that were given a seat on a day, without one of them: those that were noted, and those of sessions that
 * began while the devices of the licence were not limited.
 */
export async function countDevices(
  transaction: TenantTransaction,
  licenceId: string,
  at: Date,
  without: string,
): Promise<number> {
  const day = dayOf(at);
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select device from licences.device_days where licence_id = ${licenceId} and day = ${day}::date
      union
      select device from licences.sessions where licence_id = ${licenceId} and started_at >= ${`${day}T00:00:00Z`}::timestamptz
    ) as devices where device <> ${without}`.execute(transaction);
  return rows[0]?.count ?? 0;
}

export interface NewDenial {
  licenceId: string;
  device: string;
  user: string;
  code: string;
  at: Date;
}

/** Stores a denial; false when it is a retry of one that was stored within ten minutes. */
export async function storeDenial(
  transaction: TenantTransaction,
  { licenceId, device, user, code, at }: NewDenial,
): Promise<boolean> {
  const since = new Date(at.getTime() - RETRY_WINDOW_MS);
  const { numUpdatedRows } = await transaction
    .updateTable('licences.denials')
    .set({ attempts: sql`attempts + 1`, last_at: at })
    .where('licence_id', '=', licenceId)
    .where('device', '=', device)
    .where('code', '=', code)
    .where('last_at', '>', since)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return false;
  await transaction
    .insertInto('licences.denials')
    .values({ id: uuidv7(), licence_id: licenceId, device, user_name: user, code, first_at: at, last_at: at })
    .execute();
  return true;
}

export function listDenials(
  transaction: TenantTransaction,
  { licenceId, code }: { licenceId?: string | undefined; code?: string | undefined },
  before: string | null,
  limit: number,
): Promise<(DenialRecord & OfLicence)[]> {
  let query = transaction
    .selectFrom('licences.denials as denial')
    .innerJoin('licences.licences as licence', 'licence.id', 'denial.licence_id')
    .innerJoin('licences.products as product', 'product.id', 'licence.product_id')
    .selectAll('denial')
    .select(['licence.name as licence_name', 'product.code as product_code'])
    .orderBy('denial.id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('denial.id', '<', before);
  if (licenceId !== undefined) query = query.where('denial.licence_id', '=', licenceId);
  if (code !== undefined) query = query.where('denial.code', '=', code);
  return query.execute();
}

export async function isBlocked(
  transaction: TenantTransaction,
  licenceId: string,
  device: string,
): Promise<boolean> {
  const row = await transaction
    .selectFrom('licences.blocked_devices')
    .select('device')
    .where('licence_id', '=', licenceId)
    .where('device', '=', device)
    .executeTakeFirst();
  return row !== undefined;
}

export async function setBlocked(
  transaction: TenantTransaction,
  {
    licenceId,
    device,
    blocked,
    reason,
    by,
  }: {
    licenceId: string;
    device: string;
    blocked: boolean;
    reason: string;
    by: string;
  },
): Promise<void> {
  if (blocked)
    await transaction
      .insertInto('licences.blocked_devices')
      .values({ licence_id: licenceId, device, reason, blocked_by: by })
      .onConflict((conflict) => conflict.columns(['licence_id', 'device']).doNothing())
      .execute();
  else
    await transaction
      .deleteFrom('licences.blocked_devices')
      .where('licence_id', '=', licenceId)
      .where('device', '=', device)
      .execute();
}

export interface DeviceRecord {
  device: string;
  user_name: string;
  sessions: number;
  last_at: Date;
  blocked: boolean;
}

/** Devices of a licence, the last used first, from a place on. */
export async function listDevices(
  transaction: TenantTransaction,
  licenceId: string,
  from: number,
  limit: number,
): Promise<DeviceRecord[]> {
  return transaction
    .selectFrom('licences.sessions as session')
    .leftJoin('licences.blocked_devices as blocked', (join) =>
      join
        .onRef('blocked.licence_id', '=', 'session.licence_id')
        .onRef('blocked.device', '=', 'session.device'),
    )
    .select([
      'session.device',
      sql<string>`(array_agg(session.user_name order by session.id desc))[1]`.as('user_name'),
      sql<number>`count(*)`.as('sessions'),
      sql<Date>`max(session.requested_at)`.as('last_at'),
      sql<boolean>`bool_or(blocked.device is not null)`.as('blocked'),
    ])
    .where('session.licence_id', '=', licenceId)
    .groupBy('session.device')
    .orderBy(sql`max(session.requested_at)`, 'desc')
    .orderBy('session.device')
    .offset(from)
    .limit(limit)
    .execute();
}

/** Old history: sessions by their end, denials by their last repetition, devices by their day. */
const HISTORY = [
  { table: 'licences.sessions', column: 'ended_at' },
  { table: 'licences.denials', column: 'last_at' },
  {
    table: 'licences.device_days',
    column: 'day',
    key: ['licence_id', 'day', 'device'],
    isDay: true,
  },
] as const;

/** The tables of the history that ages. */
export const HISTORY_TABLES: readonly string[] = HISTORY.map(({ table }) => table);

/** Sessions that ended, denials that were last repeated, and devices of days, before a time. */
export async function countHistory(transaction: TenantTransaction, before: Date): Promise<Aged> {
  let count = 0;
  let oldest: Date | null = null;
  for (const rows of HISTORY) {
    const aged = await countOlder(transaction, rows, before);
    count += aged.count;
    if (aged.oldest && (oldest === null || aged.oldest < oldest)) oldest = aged.oldest;
  }
  return { count, oldest };
}

/** Removes sessions that ended, denials that were last repeated, and devices of days, before a time: at most `limit` of each. */
export async function forgetHistory(
  transaction: TenantTransaction,
  before: Date,
  limit: number,
): Promise<number> {
  let removed = 0;
  for (const rows of HISTORY) removed += await removeOlder(transaction, rows, before, limit);
  return removed;
}
