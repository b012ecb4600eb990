import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { AdverseCount } from '../../../platform/promises.ts';
import { adverseBy } from '../../shared/audit/index.ts';
import { plansOpened } from './store.ts';

/** Plans that were opened, and those of them that ended as not met. */
export async function countPlans(transaction: TenantTransaction): Promise<AdverseCount> {
  const plans = await plansOpened(transaction);
  const outcomes = plans.flatMap(({ id, status, created_at, closed_by, closed_at }) => [
    { subject: `plan:${id}`, operations: ['plan.create'], namesPerson: true, at: created_at },
    ...(status === 'not_met'
      ? [
          {
            subject: `plan:${id}`,
            operations: ['plan.close'],
            namesPerson: closed_by !== null,
            at: closed_at ?? created_at,
          },
        ]
      : []),
  ]);
  return adverseBy(transaction, 'plans opened or ended as not met', outcomes);
}
