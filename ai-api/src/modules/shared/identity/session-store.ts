import type { Selectable } from 'kysely';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type SessionRecord = Selectable<Schema['identity.sessions']>;
/** A session with the tenant's part of its caller. */
export type SessionOfTenant = SessionRecord & {
  tenant_name: string;
  tier: Selectable<Schema['identity.tenants']>['tier'];
  data_region: string | null;
};

/** How old the noted use of a session may be before it is noted again, in milliseconds. */
const NOTE_USE_EVERY = 300_000;
const MONTH_MS = 30 * 24 * 3_600_000;

/** A session that goes on, by its cookie's hash or its id. */
export function findSession(
  database: Database,
  by: { secretHash: string } | { id: string },
  now: Date,
): Promise<SessionOfTenant | undefined> {
  const query = database
    .system('the session determines the tenant, so it is looked up before there is one')
    .selectFrom('identity.sessions as session')
    .innerJoin('identity.tenants as tenant', 'tenant.id', 'session.tenant_id')
    .selectAll('session')
    .select(['tenant.name as tenant_name', 'tenant.tier', 'tenant.data_region'])
    .where('session.ended_at', 'is', null)
    .where('session.idle_until', '>', now)
    .where('session.expires_at', '>', now);
  return (
    'id' in by
      ? query.where('session.id', '=', by.id)
      : query.where('session.secret_hash', '=', by.secretHash)
  ).executeTakeFirst();
}

export function insertSession(
  transaction: TenantTransaction,
  values: Pick<
    SessionRecord,
    | 'id'
    | 'user_id'
    | 'kind'
    | 'secret_hash'
    | 'provider'
    | 'user_agent'
    | 'last_seen_at'
    | 'idle_until'
    | 'expires_at'
  >,
): Promise<SessionRecord> {
  return transaction.insertInto('identity.sessions').values(values).returningAll().executeTakeFirstOrThrow();
}

/** Moves the end of a session that is used, at most every five minutes. */
export async function noteSessionUse(
  database: Database,
  { id, tenant_id, last_seen_at }: SessionRecord,
  { now, idleUntil }: { now: Date; idleUntil: Date },
): Promise<void> {
  if (now.getTime() - last_seen_at.getTime() < NOTE_USE_EVERY) return;
  await database.withTenant(
    tenant_id,
    (transaction) =>
      transaction
        .updateTable('identity.sessions')
        .set({ last_seen_at: now, idle_until: idleUntil })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute(),
    { anyRegion: true },
  );
}

/** A person's sessions that go on, newest first. */
export function sessionsOf(
  transaction: TenantTransaction,
  userId: string,
  now: Date,
): Promise<SessionRecord[]> {
  return transaction
    .selectFrom('identity.sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('idle_until', '>', now)
    .where('expires_at', '>', now)
    .orderBy('id', 'desc')
    .limit(200)
    .execute();
}

/** Ends a person's sessions: one of them, or all but one. @returns the ids of those that ended */
export async function endSessions(
  transaction: TenantTransaction,
  userId: string,
  { only, except }: { only?: string; except?: string | undefined },
  { at, because }: { at: Date; because: string },
): Promise<string[]> {
  let query = transaction
    .updateTable('identity.sessions')
    .set({ ended_at: at, ended_because: because })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null);
  if (only !== undefined) query = query.where('id', '=', only);
  if (except !== undefined) query = query.where('id', '!=', except);
  const rows = await query.returning('id').execute();
  return rows.map(({ id }) => id);
}

export async function insertRefreshToken(
  transaction: TenantTransaction,
  sessionId: string,
  hash: string,
  expiresAt: Date,
): Promise<void> {
  await transaction
    .insertInto('identity.refresh_tokens')
    .values({ hash, session_id: sessionId, expires_at: expiresAt })
    .execute();
}

/** The tenant and session of a refresh token, whatever became of it. */
export function tenantOfRefreshToken(
  database: Database,
  hash: string,
): Promise<{ tenant_id: string } | undefined> {
  return database
    .system('the refresh token determines the tenant, so it is looked up before there is one')
    .selectFrom('identity.refresh_tokens')
    .select('tenant_id')
    .where('hash', '=', hash)
    .executeTakeFirst();
}

export type RefreshTokenRecord = Selectable<Schema['identity.refresh_tokens']> &
  Pick<SessionRecord, 'user_id' | 'ended_at'> & { session_until: Date };

/** A refresh token and its session, locked until the transaction ends. */
export function lockRefreshToken(
  transaction: TenantTransaction,
  hash: string,
): Promise<RefreshTokenRecord | undefined> {
  return transaction
    .selectFrom('identity.refresh_tokens as token')
    .innerJoin('identity.sessions as session', 'session.id', 'token.session_id')
    .selectAll('token')
    .select(['session.user_id', 'session.ended_at', 'session.expires_at as session_until'])
    .where('token.hash', '=', hash)
    .forUpdate()
    .executeTakeFirst();
}

/** Notes that a refresh token was used, and that its session goes on until `idleUntil`. */
export async function useRefreshToken(
  transaction: TenantTransaction,
  hash: string,
  sessionId: string,
  { now, idleUntil }: { now: Date; idleUntil: Date },
): Promise<void> {
  await transaction
    .updateTable('identity.refresh_tokens')
    .set({ used_at: now })
    .where('hash', '=', hash)
    .execute();
  await transaction
    .updateTable('identity.sessions')
    .set({ last_seen_at: now, idle_until: idleUntil })
    .where('id', '=', sessionId)
    .execute();
}

/** Deletes what is over for a month, of one tenant. */
export async function removeEnded(transaction: TenantTransaction, now: Date): Promise<void> {
  const monthAgo = new Date(now.getTime() - MONTH_MS);
  await transaction
    .deleteFrom('identity.sessions')
    .where((eb) => eb.or([eb('ended_at', '<', monthAgo), eb('idle_until', '<', monthAgo)]))
    .execute();
}
