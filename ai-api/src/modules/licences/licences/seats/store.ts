import { type Selectable, sql } from 'kysely';
import type { Database, Schema, TenantTransaction } from '../../../../platform/database/index.ts';
import { LIVE, type SessionState } from '../states.ts';
import type { Ended } from './decide.ts';
import type { SeatCount } from './licence-row.ts';
import type { Occupancy } from './pool.ts';
import type { Change, Seat } from './seats.ts';
import type { TermsRecord } from './terms.ts';

type SeatRecord = Pick<
  Selectable<Schema['licences.sessions']>,
  | 'id'
  | 'member'
  | 'device'
  | 'user_name'
  | 'group_name'
  | 'state'
  | 'lease_until'
  | 'queue_seq'
  | 'idle_seconds'
>;

/** Seats that are occupied, and when the first lease ends. @param byUser counts users apart */
export async function readOccupancy(
  transaction: TenantTransaction,
  licenceId: string,
  at: number,
  byUser: boolean,
): Promise<{ occupancy: Occupancy[]; earliest: number }> {
  const user = byUser ? sql<string>`user_name` : sql<string>`''`;
  const rows = await transaction
    .selectFrom('licences.sessions')
    .select([
      'state',
      'group_name as group',
      user.as('user'),
      sql<number>`count(*)`.as('count'),
      sql<Date | null>`min(lease_until) filter (where lease_until > ${new Date(at)} and state <> 'offered')`.as(
        'earliest',
      ),
    ])
    .where('licence_id', '=', licenceId)
    .where('state', 'in', ['offered', 'held', 'borrowed', 'lingering'])
    .groupBy(['state', 'group_name', ...(byUser ? (['user_name'] as const) : [])])
    .execute();
  const ends = rows.flatMap(({ earliest }) => (earliest ? [earliest.getTime()] : []));
  return {
    occupancy: rows.map(({ state, group, user: name, count }) => ({
      state: state as SessionState,
      group,
      user: name,
      count,
    })),
    earliest: ends.length > 0 ? Math.min(...ends) : 0,
  };
}

/**
 * Live sessions that a decision may be about: the caller's, the queue, and those whose time is over. They are locked, so that
 * none of them is extended meanwhile.
 */
export async function readRows(
  transaction: TenantTransaction,
  licenceId: string,
  at: number,
  who: { member?: string | undefined; session?: string | undefined },
): Promise<Seat[]> {
  const rows = await transaction
    .selectFrom('licences.sessions')
    .selectAll()
    .where('licence_id', '=', licenceId)
    .where('state', 'in', [...LIVE])
    .where((eb) =>
      eb.or([
        eb('lease_until', '<=', new Date(at)),
        eb('state', 'in', ['queued', 'offered']),
        ...(who.member === undefined ? [] : [eb('member', '=', who.member)]),
        ...(who.session === undefined ? [] : [eb('id', '=', who.session)]),
      ]),
    )
    .forUpdate()
    .execute();
  return rows.map(seatOf);
}

/** Every live session of a licence. */
export async function readLive(transaction: TenantTransaction, licenceId: string): Promise<Seat[]> {
  const rows = await transaction
    .selectFrom('licences.sessions')
    .selectAll()
    .where('licence_id', '=', licenceId)
    .where('state', 'in', [...LIVE])
    .execute();
  return rows.map(seatOf);
}

/** A session that is over, for a late heartbeat of it and for a member that has no other. */
export async function readEnded(
  transaction: TenantTransaction,
  licenceId: string,
  session: string,
): Promise<Ended | null> {
  const row = await transaction
    .selectFrom('licences.sessions')
    .selectAll()
    .where('id', '=', session)
    .where('licence_id', '=', licenceId)
    .where('state', '=', 'expired')
    .executeTakeFirst();
  return row ? { ...seatOf(row), endedAt: row.ended_at?.getTime() ?? 0 } : null;
}

function seatOf(row: SeatRecord): Seat {
  return {
    id: row.id,
    member: row.member,
    device: row.device,
    user: row.user_name,
    group: row.group_name,
    state: row.state as SessionState,
    until: row.lease_until.getTime(),
    seq: row.queue_seq ?? 0,
    idle: row.idle_seconds ?? -1,
  };
}

/** What the database says of a session that it has extended. */
type Extended = Omit<TermsRecord, 'state'> & Pick<SeatCount, 'seats_used' | 'seats_waiting'> & SeatRecord;

/**
 * Extends the lease of a held session whose time is not over, if its licence is active and no session of it has to be ended
 * first; undefined when a decision is needed. Reads one row of the licence, and waits for no other session. It is one
 * statement without a transaction around it: the function limits itself to the tenant.
 */
export async function extendHeld(
  database: Database,
  { tenantId, licenceId }: { tenantId: string; licenceId: string },
  { session, device, idle, now }: { session: string; device: string; idle: number; now: number },
): Promise<
  { terms: TermsRecord; count: Pick<SeatCount, 'seats_used' | 'seats_waiting'>; seat: Seat } | undefined
> {
  const owner = database.system('the function takes the role and the tenant of a tenant transaction itself');
  const { rows } = await sql<Extended>`
    select * from licences.extend_held(${tenantId}, ${database.residency.region}, ${licenceId}, ${session}, ${device},
      ${idle < 0 ? null : idle}, ${now})`.execute(owner);
  const [row] = rows;
  return row && { terms: { ...row, state: 'active' }, count: row, seat: seatOf(row) };
}

interface Decided {
  changes: readonly Change[];
  revision: number;
  at: number;
}

/**
 * Stores what decisions changed, unless a later decision has been stored already.
 * @param decisions of one licence; no session is in two of them
 */
export async function storeChanges(
  transaction: TenantTransaction,
  licenceId: string,
  decisions: readonly Decided[],
): Promise<void> {
  const rows = decisions.flatMap((decision) =>
    decision.changes.map((change) => rowOf(licenceId, change, decision)),
  );
  if (rows.length === 0) return;
  await transaction
    .insertInto('licences.sessions')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({
          device: sql`excluded.device`,
          state: sql`excluded.state`,
          lease_until: sql`excluded.lease_until`,
          queue_seq: sql`excluded.queue_seq`,
          revision: sql`excluded.revision`,
          started_at: sql`coalesce(sessions.started_at, excluded.started_at)`,
          ended_at: sql`case when excluded.ended_at is null then null
            else coalesce(sessions.ended_at, excluded.ended_at) end`,
          idle_seconds: sql`coalesce(excluded.idle_seconds, sessions.idle_seconds)`,
        })
        .where(sql<boolean>`excluded.revision > sessions.revision`),
    )
    .execute();
}

function rowOf(licenceId: string, change: Change, { revision, at }: Decided) {
  return {
    id: change.id,
    licence_id: licenceId,
    member: change.member,
    device: change.device,
    user_name: change.user,
    group_name: change.group,
    state: change.state,
    lease_until: new Date(change.until),
    queue_seq: change.seq > 0 ? change.seq : null,
    revision,
    requested_at: new Date(at),
    started_at: change.state === 'held' ? new Date(at) : null,
    ended_at: change.endedAt > 0 ? new Date(change.endedAt) : null,
    idle_seconds: change.idle < 0 ? null : change.idle,
  };
}

/** Licences of the tenant with live sessions. */
export async function licencesInUse(transaction: TenantTransaction): Promise<string[]> {
  const rows = await transaction
    .selectFrom('licences.sessions')
    .select('licence_id')
    .distinct()
    .where('state', 'in', [...LIVE])
    .execute();
  return rows.map(({ licence_id }) => licence_id);
}

/** The number of the latest decision that is stored. */
export async function latestRevision(transaction: TenantTransaction, licenceId: string): Promise<number> {
  const row = await transaction
    .selectFrom('licences.sessions')
    .select(sql<number>`coalesce(max(revision), 0)`.as('revision'))
    .where('licence_id', '=', licenceId)
    .executeTakeFirst();
  return row?.revision ?? 0;
}

/** Which of these seats are not stored as live sessions of their device. */
export async function storedElsewhere(
  transaction: TenantTransaction,
  seats: readonly Pick<Seat, 'id' | 'device'>[],
): Promise<Set<string>> {
  if (seats.length === 0) return new Set();
  const rows = await transaction
    .selectFrom('licences.sessions')
    .select(['id', 'device'])
    .where(
      'id',
      'in',
      seats.map(({ id }) => id),
    )
    .where('state', 'in', [...LIVE])
    .execute();
  const homes = new Map(rows.map(({ id, device }) => [id, device]));
  return new Set(seats.filter(({ id, device }) => homes.get(id) !== device).map(({ id }) => id));
}

/** A session with the number of the decision that it is from. */
export async function readSession(
  transaction: TenantTransaction,
  licenceId: string,
  session: string,
): Promise<(Ended & { revision: number }) | null> {
  const row = await transaction
    .selectFrom('licences.sessions')
    .selectAll()
    .where('id', '=', session)
    .where('licence_id', '=', licenceId)
    .executeTakeFirst();
  return row ? { ...seatOf(row), endedAt: row.ended_at?.getTime() ?? 0, revision: row.revision } : null;
}

/** Live sessions that are not among those that Redis knows are over; what a later decision stores goes before. */
export async function endUnknown(
  transaction: TenantTransaction,
  sessions: readonly string[],
  { state, at }: { state: 'expired' | 'released'; at: number },
): Promise<number> {
  if (sessions.length === 0) return 0;
  const { numUpdatedRows } = await transaction
    .updateTable('licences.sessions')
    .set({ state, ended_at: sql`coalesce(ended_at, ${new Date(at)})` })
    .where('id', 'in', [...sessions])
    .where('state', 'in', [...LIVE])
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Seats that the sessions of licences occupy, by licence. */
export async function countUsed(
  transaction: TenantTransaction,
  licenceIds: readonly string[],
): Promise<Map<string, number>> {
  if (licenceIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('licences.sessions')
    .select(['licence_id', sql<number>`count(*)`.as('used')])
    .where('licence_id', 'in', [...licenceIds])
    .where('state', 'in', ['held', 'borrowed', 'lingering'])
    .groupBy('licence_id')
    .execute();
  return new Map(rows.map(({ licence_id, used }) => [licence_id, used]));
}
