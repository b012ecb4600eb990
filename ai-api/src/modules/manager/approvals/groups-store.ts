import { type RawBuilder, type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type GroupRecord = Selectable<Schema['approvals.groups']>;
export type DelegationRecord = Selectable<Schema['approvals.delegations']>;

export function listGroups(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
): Promise<GroupRecord[]> {
  let query = transaction.selectFrom('approvals.groups').selectAll().orderBy('id').limit(limit);
  if (after !== null) query = query.where('id', '>', after);
  return query.execute();
}

export async function groupsByIds(
  transaction: TenantTransaction,
  ids: readonly (string | null)[],
): Promise<Map<string, GroupRecord>> {
  const known = [...new Set(ids.filter((id) => id !== null))];
  if (known.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('approvals.groups')
    .selectAll()
    .where('id', 'in', known)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** The group that decides a team's requests, or else the one of every other team. */
export function groupOfTeam(transaction: TenantTransaction, team: string): Promise<GroupRecord | undefined> {
  return transaction
    .selectFrom('approvals.groups')
    .selectAll()
    .where((eb) => eb.or([eb('team', '=', team), eb('team', 'is', null)]))
    .where('escalation', '=', false)
    .orderBy('team', (order) => order.asc().nullsLast())
    .executeTakeFirst();
}

export function escalationGroups(transaction: TenantTransaction): Promise<GroupRecord[]> {
  return transaction.selectFrom('approvals.groups').selectAll().where('escalation', '=', true).execute();
}

/** Groups that a user is a member of, under any of these addresses. */
export function groupsWith(transaction: TenantTransaction, emails: string[]): Promise<GroupRecord[]> {
  return transaction
    .selectFrom('approvals.groups')
    .selectAll()
    .where(sql<boolean>`members && ${emails}::text[]`)
    .execute();
}

/** Delegations of a day, followed from one stand-in to the next, each person once. */
const chains = (day: string, start: RawBuilder<unknown>) => sql<{ from_email: string; to_email: string }>`
  with recursive today as (
    select from_email, to_email from approvals.delegations where first_day <= ${day} and last_day >= ${day}
  ), chain as (
    select from_email, to_email from today where ${start}
    union
    select chain.from_email, today.to_email from chain join today on today.from_email = chain.to_email
  )
  select from_email, to_email from chain where from_email <> to_email order by from_email, to_email`;

/** Addresses of those whose decisions are delegated to a user on a day, also over others who are away. */
export async function standsInFor(
  transaction: TenantTransaction,
  email: string,
  day: string,
): Promise<string[]> {
  const { rows } = await chains(day, sql`true`).execute(transaction);
  return rows.filter(({ to_email }) => to_email === email).map(({ from_email }) => from_email);
}

/** The stand-ins of any of these people on a day, and theirs. */
export async function standInsOf(
  transaction: TenantTransaction,
  emails: readonly string[],
  day: string,
): Promise<{ from_email: string; to_email: string }[]> {
  if (emails.length === 0) return [];
  const { rows } = await chains(day, sql`from_email = any(${[...emails]}::text[])`).execute(transaction);
  return rows;
}

export type GroupInput = Pick<GroupRecord, 'name' | 'team' | 'escalation' | 'members'>;

/** Undefined when there is such a group already. */
export function insertGroup(
  transaction: TenantTransaction,
  group: GroupInput,
): Promise<GroupRecord | undefined> {
  return transaction
    .insertInto('approvals.groups')
    .values({ id: uuidv7(), ...group })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
}

export function updateGroup(
  transaction: TenantTransaction,
  id: string,
  change: Partial<GroupInput>,
): Promise<GroupRecord | undefined> {
  if (Object.keys(change).length === 0) return findGroup(transaction, id);
  return transaction
    .updateTable('approvals.groups')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

export function findGroup(transaction: TenantTransaction, id: string): Promise<GroupRecord | undefined> {
  return transaction.selectFrom('approvals.groups').selectAll().where('id', '=', id).executeTakeFirst();
}

export function findGroupNamed(
  transaction: TenantTransaction,
  name: string,
): Promise<GroupRecord | undefined> {
  return transaction.selectFrom('approvals.groups').selectAll().where('name', '=', name).executeTakeFirst();
}

export function deleteGroup(transaction: TenantTransaction, id: string): Promise<GroupRecord | undefined> {
  return transaction.deleteFrom('approvals.groups').where('id', '=', id).returningAll().executeTakeFirst();
}

export function listDelegations(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
): Promise<DelegationRecord[]> {
  let query = transaction.selectFrom('approvals.delegations').selectAll().orderBy('id').limit(limit);
  if (after !== null) query = query.where('id', '>', after);
  return query.execute();
}

export function insertDelegation(
  transaction: TenantTransaction,
  delegation: Pick<DelegationRecord, 'from_email' | 'to_email' | 'first_day' | 'last_day'>,
): Promise<DelegationRecord> {
  return transaction
    .insertInto('approvals.delegations')
    .values({ id: uuidv7(), ...delegation })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function findDelegation(
  transaction: TenantTransaction,
  id: string,
): Promise<DelegationRecord | undefined> {
  return transaction.selectFrom('approvals.delegations').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function deleteDelegation(transaction: TenantTransaction, id: string): Promise<void> {
  await transaction.deleteFrom('approvals.delegations').where('id', '=', id).execute();
}
