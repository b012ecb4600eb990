import { withOutcome } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { AdverseCount } from '../../../platform/promises.ts';
import { adverseBy } from '../../shared/audit/index.ts';
import { stageGateKind } from './kind.ts';
import { everyEvaluation } from './store.ts';

/** Gates that hold a project in its stage. */
export async function countGates(transaction: TenantTransaction): Promise<AdverseCount> {
  const rows = await everyEvaluation(transaction);
  const held = await withOutcome(
    transaction,
    rows.map(({ judgement_id }) => judgement_id),
    stageGateKind.decides?.adverse ?? [],
  );
  return adverseBy(
    transaction,
    'gates held',
    rows
      .filter(({ judgement_id }) => held.has(judgement_id))
      .map(({ id, updated_at }) => ({
        subject: `stage-gate-evaluation:${id}`,
        operations: ['stageGate.review', 'stageGate.confirm'],
        namesPerson: true,
        at: updated_at,
      })),
  );
}
