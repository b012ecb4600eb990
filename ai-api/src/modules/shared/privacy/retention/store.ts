import { type Selectable, sql, type Updateable } from 'kysely';
import type { Schema, TenantTransaction } from '../../../../platform/database/index.ts';
import type { RetentionKind } from '../../../../platform/retention.ts';
import type { Days } from './period.ts';

export type PolicyRecord = Selectable<Schema['privacy.retention']>;

export function findPolicy(transaction: TenantTransaction, kind: string): Promise<PolicyRecord | undefined> {
  return transaction.selectFrom('privacy.retention').selectAll().where('kind', '=', kind).executeTakeFirst();
}

/** The policy under its lock, so that one run at a time deletes of a kind; it is made if there is none. */
export async function lockPolicy(
  transaction: TenantTransaction,
  kind: string,
  now: Date,
): Promise<PolicyRecord> {
  await sql`
    insert into privacy.retention (kind, set_by, set_at) values (${kind}, 'system', ${now})
    on conflict (tenant_id, kind) do nothing`.execute(transaction);
  return transaction
    .selectFrom('privacy.retention')
    .selectAll()
    .where('kind', '=', kind)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

export function changePolicy(
  transaction: TenantTransaction,
  kind: string,
  changes: Updateable<Schema['privacy.retention']>,
): Promise<PolicyRecord> {
  return transaction
    .updateTable('privacy.retention')
    .set(changes)
    .where('kind', '=', kind)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Adds to what runs deleted and the audit trail does not say yet. */
export async function noteRemoved(
  transaction: TenantTransaction,
  kind: string,
  count: number,
): Promise<void> {
  await transaction
    .updateTable('privacy.retention')
    .set((eb) => ({ unrecorded: eb('unrecorded', '+', count) }))
    .where('kind', '=', kind)
    .execute();
}

/** What the company chose for a kind; undefined when it did not. */
export async function chosenDays(
  transaction: TenantTransaction,
  kind: RetentionKind,
  policy: PolicyRecord | undefined,
): Promise<Days | undefined> {
  if (kind.days) return kind.days(transaction);
  return policy?.is_chosen ? policy.days : undefined;
}
