import { sql } from 'kysely';
import { hashEntry } from '../src/modules/shared/audit/chain.ts';
import { chainedEntry, eachEvent } from '../src/modules/shared/audit/index.ts';
import type { Database } from '../src/platform/database/index.ts';

/** Changes the second entry of a company's trail, and gives every entry and the head the hash that now fits. */
export async function rewriteTrail(database: Database, tenantId: string): Promise<void> {
  const owner = database.system('the test tampers as the owner');
  await sql`update audit.events set operation = 'other' where tenant_id = ${tenantId} and seq = 2`.execute(
    owner,
  );
  let before: string | null = null;
  for await (const event of eachEvent(database, tenantId, {}, { first: 1, last: Number.MAX_SAFE_INTEGER })) {
    before ??= event.previous_hash;
    const hash: string = hashEntry(before, chainedEntry(event));
    await sql`
      update audit.events set previous_hash = ${before}, hash = ${hash}
      where tenant_id = ${tenantId} and seq = ${event.seq}`.execute(owner);
    before = hash;
  }
  await sql`update audit.heads set hash = ${before} where tenant_id = ${tenantId}`.execute(owner);
}
