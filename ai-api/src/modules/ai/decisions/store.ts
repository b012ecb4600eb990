import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type DecisionRow = Selectable<Schema['decisions.requests']>;
export type ApproverRow = Selectable<Schema['decisions.approvers']>;
export type DecisionStatus = DecisionRow['status'];

/** Inserts a decision; undefined when its reference is taken. */
export function insertDecision(
  transaction: TenantTransaction,
  values: Insertable<Schema['decisions.requests']>,
): Promise<DecisionRow | undefined> {
  return transaction
    .insertInto('decisions.requests')
    .values(values)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'reference']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

export function findDecision(transaction: TenantTransaction, id: string): Promise<DecisionRow | undefined> {
  return transaction.selectFrom('decisions.requests').selectAll().where('id', '=', id).executeTakeFirst();
}

export function findByReference(
  transaction: TenantTransaction,
  reference: string,
): Promise<DecisionRow | undefined> {
  return transaction
    .selectFrom('decisions.requests')
    .selectAll()
    .where('reference', '=', reference)
    .executeTakeFirst();
}

/** The decision, kept from changing by others until the transaction ends. */
export function lockDecision(transaction: TenantTransaction, id: string): Promise<DecisionRow | undefined> {
  return transaction
    .selectFrom('decisions.requests')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export function updateDecision(
  transaction: TenantTransaction,
  id: string,
  change: Updateable<Schema['decisions.requests']>,
): Promise<DecisionRow> {
  return transaction
    .updateTable('decisions.requests')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export interface Filter {
  status?: DecisionStatus | undefined;
  approver?: string | undefined;
  search?: string | undefined;
}

/** Newest first, older than the decision `before`. */
export function listDecisions(
  transaction: TenantTransaction,
  { status, approver, search }: Filter,
  before: string | null,
  limit: number,
): Promise<DecisionRow[]> {
  let query = transaction.selectFrom('decisions.requests').selectAll().orderBy('id', 'desc').limit(limit);
  if (before) query = query.where('id', '<', before);
  if (status) query = query.where('status', '=', status);
  if (search) query = query.where(sql<boolean>`position(lower(${search}) in lower(title)) > 0`);
  if (approver) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('decisions.approvers')
          .select('decisions.approvers.id')
          .whereRef('decisions.approvers.decision_id', '=', 'decisions.requests.id')
          .where(sql<boolean>`lower(email) = lower(${approver})`),
      ),
    );
  }
  return query.execute();
}

/** Adds the addresses that were not asked yet, and answers their rows. */
export async function addApprovers(
  transaction: TenantTransaction,
  decisionId: string,
  approvers: { id: string; email: string }[],
): Promise<ApproverRow[]> {
  if (approvers.length === 0) return [];
  return transaction
    .insertInto('decisions.approvers')
    .values(approvers.map((approver) => ({ ...approver, decision_id: decisionId })))
    .onConflict((conflict) => conflict.columns(['decision_id', 'email']).doNothing())
    .returningAll()
    .execute();
}

export function approversOf(transaction: TenantTransaction, decisionIds: string[]): Promise<ApproverRow[]> {
  if (decisionIds.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('decisions.approvers')
    .selectAll()
    .where('decision_id', 'in', decisionIds)
    .orderBy('id')
    .execute();
}

export function findApprover(transaction: TenantTransaction, id: string): Promise<ApproverRow | undefined> {
  return transaction.selectFrom('decisions.approvers').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Notes that an e-mail was sent, or why it was not. */
export async function noteMail(
  transaction: TenantTransaction,
  approverId: string,
  outcome: { sentAt: Date } | { error: string },
): Promise<void> {
  await transaction
    .updateTable('decisions.approvers')
    .set(
      'sentAt' in outcome
        ? { mails: sql`mails + 1`, mailed_at: outcome.sentAt, mail_error: null }
        : { mail_error: outcome.error },
    )
    .where('id', '=', approverId)
    .execute();
}

export async function insertLink(
  transaction: TenantTransaction,
  link: { hash: string; approver_id: string },
): Promise<void> {
  await transaction.insertInto('decisions.links').values(link).execute();
}

/** Whose link it is; null when there is none with this hash. */
export async function findLink(
  database: Database,
  hash: string,
): Promise<{ tenantId: string; approverId: string } | null> {
  const row = await database
    .system('a link names its decision by its token alone; the tenant is looked up by it')
    .selectFrom('decisions.links')
    .select(['tenant_id', 'approver_id'])
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row ? { tenantId: row.tenant_id, approverId: row.approver_id } : null;
}
