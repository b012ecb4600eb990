import { experimentSubjects } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Metric, Report } from './contract.ts';
import { reportOf } from './report.ts';
import { type ExperimentRecord, markStopped } from './store.ts';

/** What a started experiment has shown by now. */
export async function currentReport(transaction: TenantTransaction, row: ExperimentRecord): Promise<Report> {
  const setup = {
    experimentId: row.id,
    metric: row.metric as Metric,
    minimumSample: row.minimum_sample,
    control: { label: 'production', version: row.control_version as number },
    treatment: { label: row.label, version: row.treatment_version as number },
  };
  return reportOf(setup, await experimentSubjects(transaction, row.id), new Date());
}

/** Stops a running experiment and keeps its report. */
export async function stopExperiment(
  transaction: TenantTransaction,
  row: ExperimentRecord,
  reason: string,
): Promise<void> {
  await markStopped(transaction, row.id, reason, await currentReport(transaction, row));
}
