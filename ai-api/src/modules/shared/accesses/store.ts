import { createHash } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type AccessRecord = Selectable<Schema['accesses.accesses']>;
/** An access before it is written. */
export type NewAccess = Omit<AccessRecord, 'tenant_id' | 'times' | 'digest' | 'last_at'>;

const HOUR_MS = 3_600_000;

/**
 * Writes accesses of one moment; of what was read in the same hour already the times are counted. They are in one order,
 * so that two readers do not wait for each other.
 */
export async function addAccesses(
  transaction: TenantTransaction,
  accesses: readonly NewAccess[],
): Promise<void> {
  const rows = accesses
    .map((one) => ({ ...one, digest: digestOf(one), last_at: one.first_at }))
    .toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  if (rows.length === 0) return;
  await transaction
    .insertInto('accesses.accesses')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'digest']).doUpdateSet((eb) => ({
        times: sql<number>`${eb.ref('accesses.accesses.times')} + 1`,
        last_at: sql<Date>`greatest(${eb.ref('accesses.accesses.last_at')}, ${eb.ref('excluded.last_at')})`,
      })),
    )
    .execute();
}

/** What is the same access within an hour of the clock. */
function digestOf(access: NewAccess): string {
  const { viewer, subject, operation, purpose, role, detail, reason, first_at } = access;
  const hour = Math.floor(first_at.getTime() / HOUR_MS);
  const same = [viewer, subject, operation, purpose, role, detail, reason, hour];
  return createHash('sha256').update(JSON.stringify(same)).digest('hex');
}

export interface AccessFilter {
  subjects?: readonly string[] | undefined;
  userId?: string | undefined;
  operationId?: string | undefined;
  purpose?: AccessRecord['purpose'] | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** Accesses before the one with the id `before`, newest first. */
export function listAccesses(
  transaction: TenantTransaction,
  { subjects, userId, operationId, purpose, from, to }: AccessFilter,
  before: string | null,
  limit: number,
): Promise<AccessRecord[]> {
  let query = transaction.selectFrom('accesses.accesses').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  if (subjects !== undefined) query = query.where('subject', 'in', subjects);
  if (userId !== undefined)
    query = query.where((eb) =>
      eb.or([eb('viewer', '=', `user:${userId}`), eb('viewer', 'like', `% for ${userId}`)]),
    );
  if (operationId !== undefined) query = query.where('operation', '=', operationId);
  if (purpose !== undefined) query = query.where('purpose', '=', purpose);
  if (from !== undefined) query = query.where('last_at', '>=', new Date(from));
  if (to !== undefined) query = query.where('last_at', '<', new Date(to));
  return query.execute();
}

/** Whether an operation was recorded about a subject, with a reason, in a span of time. */
export async function hasAccess(
  transaction: TenantTransaction,
  {
    operation,
    subject,
    reason,
    from,
    to,
  }: { operation: string; subject: string; reason: string; from: Date; to: Date },
): Promise<boolean> {
  const row = await transaction
    .selectFrom('accesses.accesses')
    .select('id')
    .where('operation', '=', operation)
    .where('subject', '=', subject)
    .where('reason', '=', reason)
    .where('first_at', '<=', to)
    .where('last_at', '>=', from)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
