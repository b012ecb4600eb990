import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { OPTIMIZATION_STATUSES, Progress, Proposal } from './contract.ts';
import type { CaseSets } from './sets.ts';

export type OptimizationRecord = Selectable<Schema['prompts.optimizations']>;
export type Status = (typeof OPTIMIZATION_STATUSES)[number];

export function insertOptimization(
  transaction: TenantTransaction,
  values: Pick<
    OptimizationRecord,
    'name' | 'split_by' | 'base_version' | 'instructions' | 'requested_by' | 'requested_by_id'
  >,
): Promise<OptimizationRecord> {
  const progress: Progress = { phase: 'waiting', done: 0, total: 0 };
  return transaction
    .insertInto('prompts.optimizations')
    .values({ id: uuidv7(), status: 'queued', progress: JSON.stringify(progress), ...values })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function findOptimization(
  transaction: TenantTransaction,
  id: string,
): Promise<OptimizationRecord | undefined> {
  return transaction.selectFrom('prompts.optimizations').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The optimization, kept from changing by others until the transaction ends. */
export function lockOptimization(
  transaction: TenantTransaction,
  id: string,
): Promise<OptimizationRecord | undefined> {
  return transaction
    .selectFrom('prompts.optimizations')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

/** One that is queued or running. */
export function unfinishedOptimization(
  transaction: TenantTransaction,
  name: string,
): Promise<OptimizationRecord | undefined> {
  return transaction
    .selectFrom('prompts.optimizations')
    .selectAll()
    .where('name', '=', name)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst();
}

/** Optimizations before `before`, newest first. */
export function listOptimizations(
  transaction: TenantTransaction,
  name: string | undefined,
  before: string | null,
  limit: number,
): Promise<OptimizationRecord[]> {
  let query = transaction.selectFrom('prompts.optimizations').selectAll().orderBy('id', 'desc').limit(limit);
  if (name !== undefined) query = query.where('name', '=', name);
  if (before !== null) query = query.where('id', '<', before);
  return query.execute();
}

export interface OptimizationChange {
  status?: Status;
  cases?: CaseSets;
  progress?: Progress;
  proposal?: Proposal;
  reason?: string;
  accepted_version?: number;
  decided_by?: string;
}

export async function updateOptimization(
  transaction: TenantTransaction,
  id: string,
  { cases, progress, proposal, ...values }: OptimizationChange,
): Promise<void> {
  await transaction
    .updateTable('prompts.optimizations')
    .set({
      ...values,
      ...(cases ? { cases: JSON.stringify(cases) } : {}),
      ...(progress ? { progress: JSON.stringify(progress) } : {}),
      ...(proposal ? { proposal: JSON.stringify(proposal) } : {}),
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .execute();
}
