import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { AdverseCount } from '../../../platform/promises.ts';
import { adverseBy } from '../../shared/audit/index.ts';
import { decidedAgainst } from './store.ts';

const OPERATIONS = ['approval.override', 'approval.bulk', 'approval.confirm'];

/** Requests that are rejected, or approved for fewer hours than requested, with or without a judgement. */
export async function countRequests(transaction: TenantTransaction): Promise<AdverseCount> {
  const rows = await decidedAgainst(transaction);
  return adverseBy(
    transaction,
    'requests rejected or cut',
    rows.map(({ id, engine, decided_by, decided_user, decided_at, updated_at }) => ({
      subject: `approval:${id}`,
      operations: OPERATIONS,
      namesPerson: engine === 'human' && decided_by !== null && decided_user !== null,
      at: decided_at ?? updated_at,
    })),
  );
}
