import type { z } from 'zod';
import type { plan } from './contract.ts';
import type { CheckInRecord, PlanRecord } from './store.ts';

export type PlanView = z.input<(typeof plan)['operations']['get']['output']>;

export function planView(
  row: PlanRecord,
  name: string | undefined,
  checkIns: readonly CheckInRecord[],
  today: string,
): PlanView {
  return {
    planId: row.id,
    version: row.version,
    builder: { builderId: row.builder_id, name: name ?? row.builder_id },
    status: row.status,
    reason: row.reason,
    goals: row.goals as unknown as PlanView['goals'],
    startsOn: row.starts_on,
    endsOn: row.ends_on,
    overdue: row.status === 'active' && row.ends_on < today,
    outcome: row.outcome,
    checkIns: checkIns.map(({ created_at, made_by, note, progress }) => ({
      at: created_at.toISOString(),
      by: made_by,
      note,
      progress: progress as unknown as PlanView['checkIns'][number]['progress'],
    })),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    closedBy: row.closed_by,
    closedAt: row.closed_at?.toISOString() ?? null,
  };
}
