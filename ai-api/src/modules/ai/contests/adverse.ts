import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { AdverseCount } from '../../../platform/promises.ts';
import { adverseBy } from '../../shared/audit/index.ts';
import { decidedContests } from './store.ts';

/** Contests that were decided: each of them takes a person, also where what is contested is changed. */
export async function countContests(transaction: TenantTransaction): Promise<AdverseCount> {
  const rows = await decidedContests(transaction);
  return adverseBy(
    transaction,
    'contests decided',
    rows.map(({ id, decided_by, decided_user, closed_at, opened_at }) => ({
      subject: `contest:${id}`,
      operations: ['contest.decide'],
      namesPerson: decided_by !== null && decided_user !== null,
      at: closed_at ?? opened_at,
    })),
  );
}
