import type { Logger } from 'pino';
import type { Database } from '../../../../platform/database/index.ts';
import type { ScriptAnswer, ScriptOp } from './redis-script.ts';
import type { Also } from './seats.ts';
import { readSession } from './store.ts';
import { type StoreQueue, UNDONE } from './store-queue.ts';

interface Parts {
  database: Database;
  run: (licenceId: string, op: ScriptOp) => Promise<ScriptAnswer>;
  storing: StoreQueue;
  log: Logger;
}

/**
 * Undoes in Redis a seat that could not be stored: a new one ends, one that came back is over again, one that moved goes back
 * to the device that it is stored for. Stores what else the decision changed, and what undoing it did: sessions that ran
 * out, offers to the queue. Whatever fails of that is left to the next sweep.
 */
export function createUndo({ database, run, storing, log }: Parts) {
  return async (tenantId: string, licenceId: string, answer: ScriptAnswer, also: Also): Promise<void> => {
    const { code, seat } = answer;
    if (!seat || !UNDONE.includes(code)) return;
    try {
      const stored = await database
        .withTenant(tenantId, (transaction) => readSession(transaction, licenceId, seat.id))
        .catch((error: unknown) => {
          // A new seat ends even so. One that was renewed is not taken from its holder because the database is away.
          if (code === 'RENEWED') throw error;
          return null;
        });
      const home = code === 'RENEWED' && stored?.endedAt === 0 ? stored.device : '';
      if (home === seat.device) return;
      const undone = await run(licenceId, {
        type: 'undo',
        session: seat.id,
        device: seat.device,
        backTo: home,
        state: code === 'REVIVED' ? 'expired' : 'evicted',
      });
      const others = answer.changes.filter(({ id }) => id !== seat.id);
      // A session that was never stored is no history.
      const back = undone.changes.filter(({ id }) => id !== seat.id || stored !== null);
      for (const decision of [
        { ...answer, changes: others },
        { ...undone, changes: back },
      ])
        if (decision.changes.length > 0)
          await storing.add(tenantId, {
            licenceId,
            answer: { ...decision, code: 'READ', seat: null, isMoved: false },
            also,
          });
    } catch (err) {
      log.warn(
        { err, licenceId },
        'what a refused seat had changed could not be stored; the next sweep stores it',
      );
    }
  };
}
