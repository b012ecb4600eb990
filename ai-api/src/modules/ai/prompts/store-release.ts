import type { Selectable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { CheckFinding, Replay } from './contract.ts';

export type CheckRecord = Selectable<Schema['prompts.checks']>;
export type ApprovalRecord = Selectable<Schema['prompts.approvals']>;

export async function insertCheck(
  transaction: TenantTransaction,
  check: {
    name: string;
    version: number;
    passed: boolean;
    findings: CheckFinding[];
    replay: Replay;
    checkedBy: string;
  },
): Promise<CheckRecord> {
  return transaction
    .insertInto('prompts.checks')
    .values({
      id: uuidv7(),
      name: check.name,
      version: check.version,
      passed: check.passed,
      findings: JSON.stringify(check.findings),
      replay: JSON.stringify(check.replay),
      checked_by: check.checkedBy,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The newest check of each of a prompt's versions. */
export async function newestChecks(
  transaction: TenantTransaction,
  name: string,
  versions: number[],
): Promise<Map<number, CheckRecord>> {
  if (versions.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('prompts.checks')
    .selectAll()
    .distinctOn('version')
    .where('name', '=', name)
    .where('version', 'in', versions)
    .orderBy('version')
    .orderBy('id', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.version, row]));
}

/** Keeps an approval; false when this person has approved the version before. */
export async function insertApproval(
  transaction: TenantTransaction,
  approval: { name: string; version: number; approvedBy: string; approvedById: string; comment: string },
): Promise<boolean> {
  const { name, version, approvedBy, approvedById, comment } = approval;
  const inserted = await transaction
    .insertInto('prompts.approvals')
    .values({ name, version, approved_by: approvedBy, approved_by_id: approvedById, comment })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'name', 'version', 'approved_by_id']).doNothing(),
    )
    .returning('version')
    .executeTakeFirst();
  return inserted !== undefined;
}

/** Approvals of a prompt's versions, oldest first. */
export function approvalsOf(
  transaction: TenantTransaction,
  name: string,
  versions: number[],
): Promise<ApprovalRecord[]> {
  if (versions.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('prompts.approvals')
    .selectAll()
    .where('name', '=', name)
    .where('version', 'in', versions)
    .orderBy('approved_at')
    .execute();
}

export async function needsTwoPeople(transaction: TenantTransaction): Promise<boolean> {
  const row = await transaction.selectFrom('prompts.settings').select('two_person_rule').executeTakeFirst();
  return row?.two_person_rule ?? false;
}

export async function setTwoPeople(transaction: TenantTransaction, twoPersonRule: boolean): Promise<void> {
  await transaction
    .insertInto('prompts.settings')
    .values({ two_person_rule: twoPersonRule })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ two_person_rule: twoPersonRule }))
    .execute();
}
