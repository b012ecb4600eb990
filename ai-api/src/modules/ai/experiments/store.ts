import { v7 as uuidv7 } from 'uuid';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { ExperimentRecord } from '../prompts/index.ts';

export type NewExperiment = Pick<
  ExperimentRecord,
  'name' | 'title' | 'hypothesis' | 'label' | 'share' | 'metric' | 'minimum_sample' | 'created_by'
>;

export function insertExperiment(
  transaction: TenantTransaction,
  values: NewExperiment,
): Promise<ExperimentRecord> {
  return transaction
    .insertInto('prompts.experiments')
    .values({ id: uuidv7(), ...values })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The experiment, kept from changing by others until the transaction ends. */
export function lockExperiment(
  transaction: TenantTransaction,
  id: string,
): Promise<ExperimentRecord | undefined> {
  return transaction
    .selectFrom('prompts.experiments')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export function findExperiment(
  transaction: TenantTransaction,
  id: string,
): Promise<ExperimentRecord | undefined> {
  return transaction.selectFrom('prompts.experiments').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Experiments before `before`, newest first. */
export function listExperiments(
  transaction: TenantTransaction,
  filter: { prompt?: string | undefined; status?: ExperimentRecord['status'] | undefined },
  before: string | null,
  limit: number,
): Promise<ExperimentRecord[]> {
  let query = transaction.selectFrom('prompts.experiments').selectAll().orderBy('id', 'desc').limit(limit);
  if (filter.prompt !== undefined) query = query.where('name', '=', filter.prompt);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (before !== null) query = query.where('id', '<', before);
  return query.execute();
}

export async function markStarted(
  transaction: TenantTransaction,
  id: string,
  versions: { control: number; treatment: number },
  now: Date,
): Promise<void> {
  await transaction
    .updateTable('prompts.experiments')
    .set({
      status: 'running',
      control_version: versions.control,
      treatment_version: versions.treatment,
      started_at: now,
    })
    .where('id', '=', id)
    .execute();
}

export async function markStopped(
  transaction: TenantTransaction,
  id: string,
  { at, reason, report }: { at: Date; reason: string; report: object },
): Promise<void> {
  await transaction
    .updateTable('prompts.experiments')
    .set({ status: 'stopped', stopped_at: at, stop_reason: reason, report: JSON.stringify(report) })
    .where('id', '=', id)
    .execute();
}
