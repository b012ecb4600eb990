import { summaryOfJudgements } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { judgementIdsOf } from './store.ts';

/** What operators should know of a run, in sentences: nothing of it is held against a builder. */
export async function noticesOf(transaction: TenantTransaction, runId: string): Promise<string[]> {
  const { builders, projects } = await judgementIdsOf(transaction, runId);
  const { asked, failed, firstFailure, lacking } = await summaryOfJudgements(
    transaction,
    [...builders, ...projects],
    ['data', 'gaps'],
  );
  const notices: string[] = [];
  if (failed > 0) {
    notices.push(
      `The model could not be used for ${failed} of ${asked} judgements. First reason: ${firstFailure}`,
    );
  }
  if (lacking > 0) {
    notices.push(
      `${lacking} of ${builders.length} builders lack weekly figures. Check the sources and the import.`,
    );
  }
  return notices;
}
