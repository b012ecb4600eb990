import type { Selectable } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type ReportRecord = Selectable<Schema['compliance.reports']>;

export async function insertReport(
  transaction: TenantTransaction,
  values: Omit<ReportRecord, 'tenant_id'>,
): Promise<void> {
  await transaction.insertInto('compliance.reports').values(values).execute();
}

/** Reports before the one with the id `before`, newest first. */
export function listReports(
  transaction: TenantTransaction,
  kind: string | undefined,
  before: string | null,
  limit: number,
): Promise<ReportRecord[]> {
  let query = transaction.selectFrom('compliance.reports').selectAll().orderBy('id', 'desc').limit(limit);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (before !== null) query = query.where('id', '<', before);
  return query.execute();
}

export function findReport(transaction: TenantTransaction, id: string): Promise<ReportRecord | undefined> {
  return transaction.selectFrom('compliance.reports').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Takes the access reports about a subject, or reports from before a moment, off the list. */
export function deleteReports(
  transaction: TenantTransaction,
  which: { accessAbout: string } | { before: Date; limit: number },
): Promise<ReportRecord[]> {
  const query = transaction.deleteFrom('compliance.reports').returningAll();
  return (
    'before' in which
      ? query.where('id', 'in', (old) =>
          old
            .selectFrom('compliance.reports')
            .select('id')
            .where('made_at', '<', which.before)
            .orderBy('made_at')
            .limit(which.limit),
        )
      : query.where('kind', '=', 'gdpr-access').where('subject', '=', which.accessAbout)
  ).execute();
}

/** Reports about a subject, and those that a person made, oldest first. */
export function reportsConcerning(
  transaction: TenantTransaction,
  subject: string,
  userId: string | null,
): Promise<ReportRecord[]> {
  return transaction
    .selectFrom('compliance.reports')
    .selectAll()
    .where((eb) =>
      eb.or([eb('subject', '=', subject), ...(userId === null ? [] : [eb('made_user', '=', userId)])]),
    )
    .orderBy('id')
    .execute();
}

/** Takes the name of a person off the reports that they made. */
export async function eraseMaker(transaction: TenantTransaction, userId: string): Promise<void> {
  await transaction
    .updateTable('compliance.reports')
    .set({ made_by: 'erased person' })
    .where('made_user', '=', userId)
    .execute();
}
