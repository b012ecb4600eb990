import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Label, Labels } from '../../ai/levels/index.ts';
import { approvalKind } from './kind.ts';

/** What people made of requests: hours that were cut are no agreement, and spot checks are drawn by chance. */
export const requestLabels: Labels = {
  kind: approvalKind.name,
  labelsOf: async (transaction: TenantTransaction, subjectIds: readonly string[]) => {
    if (subjectIds.length === 0) return new Map();
    const rows = await transaction
      .selectFrom('approvals.approvals')
      .select(['id', 'hours', 'decided_hours', 'audit'])
      .where('id', 'in', [...subjectIds])
      .execute();
    return new Map(
      rows.map(({ id, hours, decided_hours, audit }): [string, Label] => [
        id,
        { isInFull: (decided_hours ?? hours) >= hours, isDrawn: audit !== null },
      ]),
    );
  },
};
