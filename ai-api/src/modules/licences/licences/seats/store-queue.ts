import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { holdTerms } from './licence-row.ts';
import type { ScriptAnswer } from './redis-script.ts';
import type { Also } from './seats.ts';
import { storeChanges, storedElsewhere } from './store.ts';

/** Decisions by which a caller gets a seat or a place, beside a seat that moves: they hold only once they are stored. */
const GRANTS: readonly string[] = ['ACQUIRED', 'REVIVED', 'BORROWED', 'QUEUED'];
/** Of those, the seats: nothing of them is stored where they do not hold, and they are undone in Redis. */
export const UNDONE: readonly string[] = ['ACQUIRED', 'REVIVED', 'RENEWED'];
const MAX_TOGETHER = 50;

/** `changed`, `rebuilt`: the terms of the licence, or its count in Redis, are not those that the decision was made on. */
export type StoreOutcome = 'same' | 'changed' | 'rebuilt';

/** What one decision in Redis changed, and what is written with it. */
interface Entry {
  licenceId: string;
  answer: ScriptAnswer;
  also: Also;
}

export type StoreQueue = ReturnType<typeof createStoreQueue>;

interface Waiting extends Entry {
  resolve(outcome: StoreOutcome): void;
  reject(error: unknown): void;
}

/**
 * Stores decisions of a company one transaction after the other: those that come while one runs are stored together in the
 * next, so that a morning on which all start their tools costs few transactions.
 */
export function createStoreQueue(database: Database) {
  const queues = new Map<string, Waiting[]>();

  function add(tenantId: string, entry: Entry): Promise<StoreOutcome> {
    return new Promise((resolve, reject) => {
      const waiting = { ...entry, resolve, reject };
      const queue = queues.get(tenantId);
      if (queue) queue.push(waiting);
      else {
        queues.set(tenantId, [waiting]);
        void drain(tenantId);
      }
    });
  }

  async function drain(tenantId: string): Promise<void> {
    const queue = queues.get(tenantId) ?? [];
    while (queue.length > 0) await storeAll(tenantId, queue.splice(0, together(queue)));
    queues.delete(tenantId);
  }

  async function storeAll(tenantId: string, entries: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await store(tenantId, entries);
      for (const [index, { resolve }] of entries.entries()) resolve(outcomes[index] ?? 'rebuilt');
    } catch (error) {
      // The failure of one is not that of the others.
      if (entries.length > 1) for (const entry of entries) await storeAll(tenantId, [entry]);
      else entries[0]?.reject(error);
    }
  }

  const store = (tenantId: string, entries: readonly Entry[]): Promise<StoreOutcome[]> =>
    database.withTenant(tenantId, async (transaction) => {
      const outcomes = new Map<Entry, StoreOutcome>();
      await markMoved(transaction, entries);
      // In one order everywhere, so that no two processes wait for each other's licences.
      const byLicence = [...Map.groupBy(entries, ({ licenceId }) => licenceId)].sort(([a], [b]) =>
        a < b ? -1 : 1,
      );
      for (const [licenceId, own] of byLicence) {
        for (const [entry, outcome] of await outcomesOf(transaction, licenceId, own))
          outcomes.set(entry, outcome);
        const kept = own.filter(
          (entry) => outcomes.get(entry) === 'same' || !UNDONE.includes(entry.answer.code),
        );
        await storeChanges(
          transaction,
          licenceId,
          kept.map(({ answer }) => answer),
        );
      }
      // Grants first: they may wait for grants of another process, which may wait for a denial that is written here.
      const inTurn = byLicence.flatMap(([, own]) =>
        own.toSorted((a, b) => Number(isGrant(b)) - Number(isGrant(a))),
      );
      for (const entry of inTurn)
        if (outcomes.get(entry) === 'same') await entry.also(transaction, entry.answer);
      return entries.map((entry) => outcomes.get(entry) ?? 'rebuilt');
    });

  return { add };
}

const isGrant = ({ answer }: Entry) => GRANTS.includes(answer.code) || answer.isMoved;

/** How many of the first decisions can be stored in one statement: no session may be in two of them. */
function together(queue: readonly Entry[]): number {
  const seen = new Set<string>();
  let count = 0;
  for (const { answer } of queue.slice(0, MAX_TOGETHER)) {
    const ids = answer.changes.map(({ id }) => id);
    if (ids.some((id) => seen.has(id))) break;
    for (const id of ids) seen.add(id);
    count++;
  }
  return count;
}

/** Notes of seats that were renewed whether they have moved: Redis may have moved one for a decision that is not stored. */
async function markMoved(transaction: TenantTransaction, entries: readonly Entry[]): Promise<void> {
  const renewed = entries.flatMap(({ answer }) =>
    answer.code === 'RENEWED' && answer.seat ? [answer.seat] : [],
  );
  const moved = await storedElsewhere(transaction, renewed);
  for (const { answer } of entries) answer.isMoved = answer.seat !== null && moved.has(answer.seat.id);
}

async function outcomesOf(
  transaction: TenantTransaction,
  licenceId: string,
  entries: readonly Entry[],
): Promise<[Entry, StoreOutcome][]> {
  const held = entries.some(isGrant) ? await holdTerms(transaction, licenceId) : undefined;
  return entries.map((entry) => {
    const { epoch, version } = entry.answer;
    if (!isGrant(entry)) return [entry, 'same'];
    if (held?.epoch !== epoch) return [entry, 'rebuilt'];
    return [entry, held.version === version ? 'same' : 'changed'];
  });
}
