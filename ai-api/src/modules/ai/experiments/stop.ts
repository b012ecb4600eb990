import { experimentJudgements, experimentSubjects } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { ExperimentRecord } from '../prompts/index.ts';
import { verdictsOn } from '../quality/index.ts';
import type { Metric, Report } from './contract.ts';
import { reportOf, withReviews } from './report.ts';
import { markStopped } from './store.ts';

/** What a started experiment has shown by now. */
export async function currentReport(
  transaction: TenantTransaction,
  row: ExperimentRecord,
  now: Date,
): Promise<Report> {
  const setup = {
    experimentId: row.id,
    metric: row.metric as Metric,
    minimumSample: row.minimum_sample,
    control: { label: 'production', version: row.control_version as number },
    treatment: { label: row.label, version: row.treatment_version as number },
  };
  const subjects = await experimentSubjects(transaction, row.id);
  const judgements = setup.metric === 'faulted' ? await experimentJudgements(transaction, row.id) : [];
  const ids = judgements.map(({ judgementId }) => judgementId);
  const reviewed = withReviews(subjects, judgements, await verdictsOn(transaction, ids));
  return reportOf(setup, reviewed, now);
}

/** Stops a running experiment and keeps its report. */
export async function stopExperiment(
  transaction: TenantTransaction,
  row: ExperimentRecord,
  reason: string,
  now: Date,
): Promise<void> {
  const report = await currentReport(transaction, row, now);
  await markStopped(transaction, row.id, { at: now, reason, report });
}
