import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type PlanRecord = Selectable<Schema['performance.pips']>;
export type CheckInRecord = Selectable<Schema['performance.check_ins']>;

export interface NewPlan {
  builderId: string;
  reason: string;
  goals: readonly object[];
  startsOn: string;
  endsOn: string;
  createdBy: string;
}

/** Makes a plan; undefined when the builder has an active one. */
export function insertPlan(
  transaction: TenantTransaction,
  { builderId, reason, goals, startsOn, endsOn, createdBy }: NewPlan,
): Promise<PlanRecord | undefined> {
  return transaction
    .insertInto('performance.pips')
    .values({
      id: uuidv7(),
      builder_id: builderId,
      reason,
      goals: JSON.stringify(goals),
      starts_on: startsOn,
      ends_on: endsOn,
      created_by: createdBy,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'builder_id']).where('status', '=', 'active').doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
}

export function findPlan(transaction: TenantTransaction, id: string): Promise<PlanRecord | undefined> {
  return transaction.selectFrom('performance.pips').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Writes a change if the plan still is active and has this version. */
export function changePlan(
  transaction: TenantTransaction,
  { id, version }: Pick<PlanRecord, 'id' | 'version'>,
  change: Partial<Pick<PlanRecord, 'status' | 'outcome' | 'ends_on' | 'closed_by' | 'closed_at'>>,
): Promise<PlanRecord | undefined> {
  return transaction
    .updateTable('performance.pips')
    .set({ ...change, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .where('status', '=', 'active')
    .returningAll()
    .executeTakeFirst();
}

/** Every plan, as far as it says who opened it and who ended it. */
export function plansOpened(
  transaction: TenantTransaction,
): Promise<Pick<PlanRecord, 'id' | 'status' | 'created_at' | 'closed_by' | 'closed_at'>[]> {
  return transaction
    .selectFrom('performance.pips')
    .select(['id', 'status', 'created_at', 'closed_by', 'closed_at'])
    .execute();
}

interface PlanFilter {
  builderId?: string | undefined;
  status?: PlanRecord['status'] | undefined;
  /** Active after this day. */
  overdueOn?: string | undefined;
}

/** Plans, newest first, before `before`. */
export function listPlans(
  transaction: TenantTransaction,
  { builderId, status, overdueOn }: PlanFilter,
  before: string | null,
  limit: number,
): Promise<PlanRecord[]> {
  let query = transaction.selectFrom('performance.pips').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  if (builderId !== undefined) query = query.where('builder_id', '=', builderId);
  if (status) query = query.where('status', '=', status);
  if (overdueOn !== undefined) query = query.where('status', '=', 'active').where('ends_on', '<', overdueOn);
  return query.execute();
}

/** Active plans of these builders. */
export async function activePlans(
  transaction: TenantTransaction,
  builderIds: readonly string[],
): Promise<Map<string, PlanRecord>> {
  if (builderIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('performance.pips')
    .selectAll()
    .where('status', '=', 'active')
    .where('builder_id', 'in', [...builderIds])
    .execute();
  return new Map(rows.map((row) => [row.builder_id, row]));
}

export async function insertCheckIn(
  transaction: TenantTransaction,
  planId: string,
  checkIn: { note: string; progress: readonly object[]; madeBy: string },
): Promise<void> {
  await transaction
    .insertInto('performance.check_ins')
    .values({
      id: uuidv7(),
      pip_id: planId,
      note: checkIn.note,
      progress: JSON.stringify(checkIn.progress),
      made_by: checkIn.madeBy,
    })
    .execute();
}

/** Check-ins of plans, oldest first. */
export async function checkInsOf(
  transaction: TenantTransaction,
  planIds: readonly string[],
): Promise<Map<string, CheckInRecord[]>> {
  if (planIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('performance.check_ins')
    .selectAll()
    .where('pip_id', 'in', [...planIds])
    .orderBy(sql`id`)
    .execute();
  return Map.groupBy(rows, ({ pip_id }) => pip_id);
}
