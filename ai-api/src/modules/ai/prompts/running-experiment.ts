import type { Selectable } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type ExperimentRecord = Selectable<Schema['prompts.experiments']>;

/** The experiment that a prompt is in; there is at most one. */
export function runningExperiment(
  transaction: TenantTransaction,
  name: string,
): Promise<ExperimentRecord | undefined> {
  return transaction
    .selectFrom('prompts.experiments')
    .selectAll()
    .where('name', '=', name)
    .where('status', '=', 'running')
    .executeTakeFirst();
}
