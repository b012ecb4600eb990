import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { SentTo } from '../../ai/contests/index.ts';
import { listEvents } from '../../shared/audit/index.ts';
import type { EvaluationRecord } from './store.ts';

/** Reports that are listed at most, newest first. */
const MAX_REPORTS = 100;

/** Where the result of a week has gone: the builder's mail, and reports that were made, as the audit trail has them. */
export async function sentToOf(
  transaction: TenantTransaction,
  row: EvaluationRecord,
  week: string,
): Promise<SentTo[]> {
  const events = await listEvents(transaction, { subject: `report:${week}` }, null, MAX_REPORTS);
  return [
    ...mailOf(row),
    ...events.map(({ acting_for, actor_name, occurred_at }) => ({
      what: 'report' as const,
      to: acting_for ?? actor_name,
      at: occurred_at.toISOString(),
    })),
  ];
}

/** The mail of a week, once it is marked as sent. */
export function mailOf({ email, notified_at }: EvaluationRecord): SentTo[] {
  return notified_at === null ? [] : [{ what: 'mail', to: email, at: notified_at.toISOString() }];
}
