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
/** Sessions of one key that are looked at one by one; it has hardly ever more. */
const FIRST = 16;
/** Sessions of one key that are looked at together, once it has more. */
const TOGETHER = 50;
/** The sessions of one key: one each minute for two years. */
const MAX_GENERATIONS = 2 ** 20;

/**
 * The session that a request would begin: a new one, or with an `Idempotency-Key` the first of its sessions that has not
 * ended, so that a repetition gets the same one and what has ended remains history. They end one after the other, so that it
 * is found between one that has ended and one that has not: most often in the first query, in five for a million.
 * @throws {Problem} INVALID_INPUT when a key has begun more than a million
 */
export async function sessionFor(
  database: Database,
  { exchange }: RequestContext,
  { licence, device, user }: { licence: LicenceRecord; device: string; user: string },
): Promise<string> {
  const key = exchange.header('idempotency-key')?.slice(0, MAX_KEY);
  if (!key) return uuidv7();
  const keyed = { licenceId: licence.id, device, user, key };
  return database.withTenant(licence.tenant_id, async (transaction) => {
    let generations = firstLook();
    let isBefore = -1;
    while (true) {
      const ids = generations.map((generation) => sessionOfKey(keyed, generation));
      const ended = new Set(await endedAmong(transaction, ids));
      const place = ids.findIndex((id) => !ended.has(id));
      const open = generations[place];
      if (open === undefined)
        throw invalidField('Idempotency-Key', 'has begun more than a million sessions: send another one');
      isBefore = generations[place - 1] ?? isBefore;
      if (open === isBefore + 1) return ids[place] as string;
      generations = between(isBefore, open);
    }
  });
}

/** The first generations, then each at twice the last. */
function firstLook(): number[] {
  const generations = Array.from({ length: FIRST }, (_, generation) => generation);
  for (let generation = FIRST; generation <= MAX_GENERATIONS; generation *= 2) generations.push(generation);
  return generations;
}

/** Generations after one that has ended, evenly up to one that has not. */
function between(ended: number, open: number): number[] {
  const step = Math.ceil((open - ended) / TOGETHER);
  const generations: number[] = [];
  for (let generation = ended + step; generation < open; generation += step) generations.push(generation);
  return [...generations, open];
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
