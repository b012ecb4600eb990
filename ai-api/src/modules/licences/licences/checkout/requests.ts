import { v7 as uuidv7 } from 'uuid';
import type { RequestContext } from '../../../../http/caller.ts';
import { invalidField } from '../../../../http/problem.ts';
import type { Database } from '../../../../platform/database/index.ts';
import { sessionOfKey } from '../keys.ts';
import type { Policy } from '../schema.ts';
import { endedAmong } from '../sessions/store.ts';
import type { LicenceRecord } from '../store.ts';

/** Longest part of an `Idempotency-Key` that counts. */
const MAX_KEY = 255;
/** Sessions of one key that are looked at together. */
const TOGETHER = 50;
const MAX_GENERATIONS = 2000;

/**
 * The session that a request would begin: a new one, or with an `Idempotency-Key` the first of its sessions that has not
 * ended, so that a repetition gets the same one and what has ended remains history.
 */
export async function sessionFor(
  database: Database,
  { exchange }: RequestContext,
  { licence, device, user }: { licence: LicenceRecord; device: string; user: string },
): Promise<string> {
  const key = exchange.header('idempotency-key')?.slice(0, MAX_KEY);
  if (!key) return uuidv7();
  const keyed = { licenceId: licence.id, device, user, key };
  for (let first = 0; first < MAX_GENERATIONS; first += TOGETHER) {
    const ids = Array.from({ length: TOGETHER }, (_, index) => sessionOfKey(keyed, first + index));
    const ended = await database.withTenant(licence.tenant_id, (transaction) => endedAmong(transaction, ids));
    const next = ids.find((id) => !ended.includes(id));
    if (next !== undefined) return next;
  }
  return uuidv7();
}

/** Who leases a seat. @throws {Problem} INVALID_INPUT without a user where users lease, or where their seats are limited */
export function memberOf(
  { leaseBy, maxPerUser }: Policy,
  { session, device, user }: { session: string; device: string; user: string },
): string {
  if (user === '' && (leaseBy === 'user' || maxPerUser > 0))
    throw invalidField('user', 'is needed: seats of this licence are counted by user');
  if (leaseBy === 'session') return `session:${session}`;
  return leaseBy === 'device' ? `device:${device}` : `user:${user}`;
}
