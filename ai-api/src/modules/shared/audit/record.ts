import { setImmediate as others } from 'node:timers/promises';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { markWrite } from '../../../platform/database/write-marker.ts';
import type { Actor } from './actor.ts';
import { type Detail, digestDetails, type SealedDetail, seal } from './chain.ts';
import { append } from './store.ts';

/** What was written. */
export interface Entry {
  /** What the write was about, such as `evaluation:<id>`. Never personal data: it cannot be erased. */
  subject: string;
  /** Input, or before and after: everything that may have to be erased one day. */
  details: Detail[];
}

/**
 * Appends an entry to the tenant's trail: it exists if and only if the transaction commits. It locks the head
 * of the chain until then, so it is the last thing a transaction does.
 * @returns the place of the entry
 */
export async function record(
  transaction: TenantTransaction,
  { tenantId, keyId, name, actingFor, operation, requestId }: Actor,
  { subject, details }: Entry,
): Promise<number> {
  await markWrite(transaction, tenantId);
  const sealed = await sealAll(details);
  const payloadDigest = digestDetails(sealed);
  const occurredAt = new Date().toISOString();
  const actor = { keyId, name, actingFor };
  const entry = { tenantId, occurredAt, actor, operation, subject, requestId, payloadDigest };
  return append(transaction, entry, sealed);
}

/** Of an import there are thousands; the requests of others are answered in between. */
const SEALED_AT_ONCE = 500;

async function sealAll(details: readonly Detail[]): Promise<SealedDetail[]> {
  const sealed: SealedDetail[] = [];
  for (const detail of details) {
    sealed.push(seal(detail));
    if (sealed.length % SEALED_AT_ONCE === 0) await others();
  }
  return sealed;
}
