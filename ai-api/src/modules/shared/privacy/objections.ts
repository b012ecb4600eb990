import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';

/**
 * Notes that a person is left out of analytics (objection), or that their data is not shared (opt-out).
 * @throws {Problem} CONFLICT when such a request of the person is in force
 */
export async function object(
  transaction: TenantTransaction,
  kind: 'objection' | 'opt_out',
  subjects: readonly string[],
  requestId: string,
  now: Date,
): Promise<void> {
  const purpose = kind === 'objection' ? 'analytics' : 'sharing';
  const inForce = await transaction
    .selectFrom('privacy.objections')
    .select('request_id')
    .where('kind', '=', purpose)
    .where('withdrawn_at', 'is', null)
    .where(sql<boolean>`subjects && ${[...subjects]}::text[]`)
    .executeTakeFirst();
  if (inForce) throw new Problem('CONFLICT', `Request ${inForce.request_id} is in force.`);
  await transaction
    .insertInto('privacy.objections')
    .values({
      id: uuidv7(),
      kind: purpose,
      // An address is stored as the account that it belongs to.
      subjects: subjects.filter((subject) => !/^(email|phone):/.test(subject)),
      request_id: requestId,
      created_at: now,
    })
    .execute();
}

/** Ends what a request noted. */
export async function withdrawObjection(
  transaction: TenantTransaction,
  requestId: string,
  now: Date,
): Promise<void> {
  await transaction
    .updateTable('privacy.objections')
    .set({ withdrawn_at: now })
    .where('request_id', '=', requestId)
    .where('withdrawn_at', 'is', null)
    .execute();
}

/** `user:<id>` and `builder:<id>` of everyone who objected to analytics. */
export async function objectors(transaction: TenantTransaction): Promise<ReadonlySet<string>> {
  const rows = await transaction
    .selectFrom('privacy.objections')
    .select('subjects')
    .where('kind', '=', 'analytics')
    .where('withdrawn_at', 'is', null)
    .execute();
  return new Set(rows.flatMap(({ subjects }) => subjects));
}
