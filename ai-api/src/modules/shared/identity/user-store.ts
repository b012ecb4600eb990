import { type Selectable, sql } from 'kysely';
import type { Role } from '../../../contract/operation.ts';
import {
  type Database,
  type Schema,
  staysHere,
  type TenantTransaction,
} from '../../../platform/database/index.ts';

export type UserRecord = Selectable<Schema['identity.users']>;

export interface UserFilter {
  status?: UserRecord['status'] | undefined;
  role?: Role | undefined;
  search?: string | undefined;
}

type Changes = Partial<
  Pick<
    UserRecord,
    | 'name'
    | 'roles'
    | 'self_registered'
    | 'status'
    | 'password_hash'
    | 'password_is_own'
    | 'invitation_hash'
    | 'invitation_by_mail'
    | 'invitation_until'
    | 'invitation_requested_at'
    | 'invitation_sent_at'
    | 'invitation_error'
    | 'email_confirmed_at'
    | 'last_sign_in_at'
  >
>;

/** @returns null when the e-mail address is taken */
export async function insertUser(
  transaction: TenantTransaction,
  values: Pick<UserRecord, 'id' | 'email' | 'name' | 'roles' | 'status'> & Changes,
): Promise<UserRecord | null> {
  const row = await transaction
    .insertInto('identity.users')
    .values(values)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'email']).doNothing())
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

export function findUser(
  transaction: TenantTransaction,
  by: { id: string } | { email: string } | { invitationHash: string; now: Date },
): Promise<UserRecord | undefined> {
  const query = transaction.selectFrom('identity.users').selectAll();
  if ('id' in by) return query.where('id', '=', by.id).executeTakeFirst();
  if ('email' in by) return query.where('email', '=', by.email).executeTakeFirst();
  return query
    .where('invitation_hash', '=', by.invitationHash)
    .where('invitation_until', '>', by.now)
    .executeTakeFirst();
}

/** How many accounts of one address are considered. */
const MAX_ACCOUNTS = 5;

/**
 * The accounts that an address and a password may mean where no company is named: of the companies that are trusted with
 * the address, in their order; of the company that the person opened; then those whose password the person set by a link
 * that was sent to the address, the oldest first. An administrator of another company who adds the address with a password
 * adds nothing to them.
 * @param trusted also where their data stays elsewhere; the others only here
 */
export function accountsToTry(
  database: Database,
  email: string,
  trusted: readonly string[],
): Promise<{ id: string; tenant_id: string; password_hash: string | null }[]> {
  const first = sql<number | null>`array_position(${[...trusted]}::uuid[], "user".tenant_id)`;
  const hasOpened = sql<boolean>`coalesce(tenant.opened_by = "user".id, false)`;
  return database
    .system('a person who has no session is looked up by the address, which several companies may know')
    .selectFrom('identity.users as user')
    .innerJoin('identity.tenants as tenant', 'tenant.id', 'user.tenant_id')
    .select(['user.id', 'user.tenant_id', 'user.password_hash'])
    .where('user.email', '=', email)
    .where('user.status', '=', 'active')
    .where('user.password_hash', 'is not', null)
    .where((eb) =>
      eb.or([
        eb(first, 'is not', null),
        eb.and([
          staysHere(database.residency, 'user.tenant_id'),
          eb.or([hasOpened, eb('user.password_is_own', '=', true)]),
        ]),
      ]),
    )
    .orderBy(first, (order) => order.asc().nullsLast())
    .orderBy(hasOpened, 'desc')
    .orderBy('user.created_at')
    .orderBy('user.id')
    .limit(MAX_ACCOUNTS)
    .execute();
}

/** Users who may sign in, of any of these roles, or of these ids. */
export function activeUsers(
  transaction: TenantTransaction,
  of: { roles: readonly Role[] } | { ids: readonly string[] } | { emails: readonly string[] },
): Promise<Pick<UserRecord, 'id' | 'email' | 'roles'>[]> {
  const query = transaction
    .selectFrom('identity.users')
    .select(['id', 'email', 'roles'])
    .where('status', '=', 'active')
    .orderBy('email');
  if ('roles' in of) return query.where(sql<boolean>`roles && ${[...of.roles]}`).execute();
  const [column, values] = 'ids' in of ? (['id', of.ids] as const) : (['email', of.emails] as const);
  return values.length === 0 ? Promise.resolve([]) : query.where(column, 'in', values).execute();
}

/** Users who are active, or invited by an administrator: anyone can write an address into a registration. */
export async function countMembers(transaction: TenantTransaction): Promise<number> {
  const row = await transaction
    .selectFrom('identity.users')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where((eb) =>
      eb.or([
        eb('status', '=', 'active'),
        eb.and([eb('status', '=', 'invited'), eb('self_registered', '=', false)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Names of users, by their id; who is gone has none. */
export async function namesOf(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('identity.users')
    .select(['id', 'name'])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Users after the e-mail address `after`, in the order of their addresses. */
export function listUsers(
  transaction: TenantTransaction,
  { status, role, search }: UserFilter,
  after: string | null,
  limit: number,
): Promise<UserRecord[]> {
  let query = transaction.selectFrom('identity.users').selectAll().orderBy('email').limit(limit);
  if (after !== null) query = query.where('email', '>', after);
  if (status) query = query.where('status', '=', status);
  if (role) query = query.where(sql<boolean>`${role} = any(roles)`);
  if (search) {
    const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
    query = query.where((eb) => eb.or([eb('name', 'ilike', pattern), eb('email', 'ilike', pattern)]));
  }
  return query.execute();
}

/** E-mail addresses of the company's people, by `user:<id>`. */
export async function emails(transaction: TenantTransaction): Promise<Map<string, string>> {
  const rows = await transaction.selectFrom('identity.users').select(['id', 'email']).execute();
  return new Map(rows.map(({ id, email }) => [`user:${id}`, email]));
}

export function changeUser(
  transaction: TenantTransaction,
  id: string,
  changes: Changes,
): Promise<UserRecord> {
  return transaction
    .updateTable('identity.users')
    .set({ ...changes, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Notes that a person requested a link. @returns false when they did so within the last milliseconds */
export async function noteRequest(
  transaction: TenantTransaction,
  id: string,
  now: Date,
  quietMs: number,
): Promise<boolean> {
  const before = new Date(now.getTime() - quietMs);
  const { numUpdatedRows } = await transaction
    .updateTable('identity.users')
    .set({ invitation_requested_at: now })
    .where('id', '=', id)
    .where((eb) =>
      eb.or([eb('invitation_requested_at', 'is', null), eb('invitation_requested_at', '<', before)]),
    )
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** How many people besides this one are active admins; they stay so until the transaction ends. */
export async function otherAdmins(transaction: TenantTransaction, id: string): Promise<number> {
  const rows = await transaction
    .selectFrom('identity.users')
    .select('id')
    .where('status', '=', 'active')
    .where(sql<boolean>`'admin' = any(roles)`)
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.filter((row) => row.id !== id).length;
}

/** The issuers that know a person, by the person's id. */
export async function issuersOf(
  transaction: TenantTransaction,
  userIds: string[],
): Promise<Map<string, string[]>> {
  if (userIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('identity.external_identities')
    .select(['user_id', 'issuer'])
    .where(sql<boolean>`user_id = any(${userIds}::uuid[])`)
    .orderBy('issuer')
    .execute();
  const byUser = Map.groupBy(rows, ({ user_id }) => user_id);
  return new Map([...byUser].map(([id, known]) => [id, known.map(({ issuer }) => issuer)]));
}

export async function findByIssuer(
  transaction: TenantTransaction,
  issuer: string,
  subject: string,
): Promise<UserRecord | undefined> {
  return transaction
    .selectFrom('identity.users as user')
    .innerJoin('identity.external_identities as external', 'external.user_id', 'user.id')
    .selectAll('user')
    .where('external.issuer', '=', issuer)
    .where('external.subject', '=', subject)
    .executeTakeFirst();
}

export async function linkIssuer(
  transaction: TenantTransaction,
  userId: string,
  issuer: string,
  subject: string,
): Promise<void> {
  await transaction
    .insertInto('identity.external_identities')
    .values({ user_id: userId, issuer, subject })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** @returns whether there was such a link */
export async function unlinkIssuer(
  transaction: TenantTransaction,
  userId: string,
  issuer: string,
  subject: string,
): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('identity.external_identities')
    .where('user_id', '=', userId)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
