import type { Logger } from 'pino';
import { notFound } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import type { Upstash } from '../../../../platform/upstash.ts';
import { isBlocked } from '../sessions/store.ts';
import { lockLicence, setEpoch } from './licence-row.ts';
import { createScript, type ScriptAnswer, type ScriptOp } from './redis-script.ts';
import { type Also, type Decision, type Seat, type SeatOp, type Seats, SeatsUnavailable } from './seats.ts';
import { endUnknown, latestRevision, licencesInUse, readLive, readSession, storeChanges } from './store.ts';
import { createStoreQueue, type StoreOutcome } from './store-queue.ts';
import { termsOf } from './terms.ts';
import { createUndo } from './undo.ts';

/** How often a decision is made again because the terms or the seats in Redis have changed below it. */
const MAX_ROUNDS = 5;
const NOTHING: Also = async () => {};

interface Parts {
  database: Database;
  upstash: Upstash;
  now: () => Date;
  log: Logger;
}

/**
 * Counts seats in Redis by one script. The database keeps the sessions: what Redis has lost is rebuilt from them, with a
 * full lease for each session that is not known to be over, so that no seat is given twice.
 */
export function createRedisSeats({ database, upstash, now, log }: Parts): Seats {
  const evaluate = createScript(upstash);
  const run = (licenceId: string, op: ScriptOp): Promise<ScriptAnswer> =>
    evaluate(licenceId, op, now().getTime()).catch((error: unknown) => {
      throw new SeatsUnavailable(error);
    });

  const rebuilds = new Map<string, Promise<void>>();
  /** One rebuild of a licence at a time in this process; among processes the row of the licence is the lock. */
  function rebuild(tenantId: string, licenceId: string): Promise<void> {
    const running = rebuilds.get(licenceId);
    if (running) return running;
    const started = rebuildNow(tenantId, licenceId).finally(() => rebuilds.delete(licenceId));
    rebuilds.set(licenceId, started);
    return started;
  }

  const rebuildNow = (tenantId: string, licenceId: string) =>
    database.withTenant(tenantId, async (transaction) => {
      const licence = await lockLicence(transaction, licenceId);
      if (!licence) throw notFound('licence', licenceId);
      const known = await run(licenceId, { type: 'read' });
      if (known.code !== 'REBUILD' && known.epoch === licence.seats_revision) return;
      const terms = termsOf(licence);
      const at = now().getTime();
      const lease = terms.endsAt > 0 ? Math.min(at + terms.ttlMs, terms.endsAt) : at + terms.ttlMs;
      const live = await readLive(transaction, licenceId);
      const sessions = live.map((seat) => (seat.state === 'held' ? { ...seat, until: lease } : seat));
      const epoch = licence.seats_revision + 1;
      await setEpoch(transaction, licenceId, epoch);
      const revision = await latestRevision(transaction, licenceId);
      await run(licenceId, { type: 'load', terms, sessions, epoch, revision });
      log.warn({ licenceId, sessions: sessions.length }, 'seats in Redis were rebuilt from the sessions');
    });

  const configure = (tenantId: string, licenceId: string, also = NOTHING) =>
    database.withTenant(tenantId, async (transaction) => {
      const licence = await lockLicence(transaction, licenceId);
      if (!licence) throw notFound('licence', licenceId);
      const answer = await run(licenceId, { type: 'configure', terms: termsOf(licence) });
      if (answer.code === 'REBUILD') return null;
      await storeChanges(transaction, licenceId, [answer]);
      await also(transaction, answer);
      return answer;
    });

  const storing = createStoreQueue(database);
  const undo = createUndo({ database, run, storing, log });

  /** Stores what a decision changed. A seat that cannot be stored is given back; a count that is rebuilt knows nothing of it. */
  async function store(
    tenantId: string,
    licenceId: string,
    answer: ScriptAnswer,
    also: Also,
  ): Promise<StoreOutcome> {
    try {
      const outcome = await storing.add(tenantId, { licenceId, answer, also });
      if (outcome === 'changed') await undo(tenantId, licenceId, answer, also);
      return outcome;
    } catch (error) {
      await undo(tenantId, licenceId, answer, also);
      throw error;
    }
  }

  /** The session of an operation, with whether its device may not come back. */
  async function known(
    tenantId: string,
    licenceId: string,
    op: Extract<SeatOp, { type: 'heartbeat' | 'release' | 'evict' }>,
  ) {
    return database
      .withTenant(tenantId, async (transaction) => ({
        row: await readSession(transaction, licenceId, op.session),
        blocked: op.type === 'heartbeat' && (await isBlocked(transaction, licenceId, op.device)),
      }))
      .catch((error: unknown) => {
        throw new SeatsUnavailable(error);
      });
  }

  /** What Redis does not know: a late heartbeat of a session that ran out or that Redis lost; a release of one. */
  async function retryKnown(
    tenantId: string,
    licenceId: string,
    op: SeatOp,
    answer: ScriptAnswer,
  ): Promise<ScriptOp | 'DEVICE_BLOCKED' | null> {
    if (op.type !== 'heartbeat' && op.type !== 'release' && op.type !== 'evict') return null;
    const { row, blocked } = await known(tenantId, licenceId, op);
    if (!row) return null;
    const isOver = row.endedAt > 0;
    if (op.type === 'heartbeat') {
      if (isOver && row.state !== 'expired') return null;
      if (blocked) return 'DEVICE_BLOCKED';
      const { revision: _, ...seat } = row;
      return { ...op, ended: { ...seat, state: 'expired', endedAt: isOver ? row.endedAt : answer.at } };
    }
    if (!isOver && (op.type === 'evict' || row.device === op.device))
      await database.withTenant(tenantId, (transaction) =>
        endUnknown(transaction, [row.id], { state: 'released', at: answer.at }),
      );
    return null;
  }

  async function decide(
    tenantId: string,
    licenceId: string,
    op: SeatOp,
    also: Also = NOTHING,
  ): Promise<Decision> {
    let asked: ScriptOp = op;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const answer: ScriptAnswer = await run(licenceId, asked);
      if (answer.code === 'REBUILD') await rebuild(tenantId, licenceId);
      else if (answer.code === 'OUTDATED') await configure(tenantId, licenceId);
      else {
        const stored = await storeUnlessAway(tenantId, licenceId, answer, also);
        if (stored === 'rebuilt') await rebuild(tenantId, licenceId);
        else if (stored === 'changed') {
          if (op.type === 'acquire') return { ...answer, code: 'STALE', seat: null };
          await configure(tenantId, licenceId);
          asked = op;
        } else {
          const isUnknown: boolean = answer.code === 'SESSION_NOT_FOUND' && asked === op;
          const retry: ScriptOp | 'DEVICE_BLOCKED' | null = isUnknown
            ? await retryKnown(tenantId, licenceId, op, answer)
            : null;
          if (retry === null) return answer;
          if (retry === 'DEVICE_BLOCKED') return { ...answer, code: retry };
          asked = retry;
        }
      }
    }
    throw new SeatsUnavailable(new Error(`The seats of ${licenceId} kept changing`));
  }

  /** A heartbeat goes on while the database is away: sessions that ended meanwhile are stored by the next sweep. */
  async function storeUnlessAway(tenantId: string, licenceId: string, answer: ScriptAnswer, also: Also) {
    const isHeartbeat = answer.code === 'EXTENDED';
    if (answer.changes.length === 0 && isHeartbeat) return 'same';
    try {
      return await store(tenantId, licenceId, answer, also);
    } catch (err) {
      if (!isHeartbeat) throw err;
      log.warn({ err, licenceId }, 'ended sessions could not be stored; the next sweep stores them');
      return 'same';
    }
  }

  async function sweepOne(tenantId: string, licenceId: string): Promise<number> {
    const before = await database.withTenant(tenantId, (transaction) => readLive(transaction, licenceId));
    const { changes } = await decide(tenantId, licenceId, { type: 'read' });
    const answer = await run(licenceId, { type: 'read' });
    const live = new Set([...answer.live, ...changes.map(({ id }) => id)]);
    const isLost = ({ id, state }: Seat) => state !== 'lingering' && !live.has(id);
    const lost = before.filter(isLost).map(({ id }) => id);
    const ended = await database.withTenant(tenantId, (transaction: TenantTransaction) =>
      endUnknown(transaction, lost, { state: 'expired', at: answer.at }),
    );
    return ended + changes.filter(({ endedAt }) => endedAt > 0).length;
  }

  return {
    driver: 'redis',
    decide,
    configure: async (tenantId, licenceId) => {
      if ((await configure(tenantId, licenceId)) !== null) return;
      await rebuild(tenantId, licenceId);
      await configure(tenantId, licenceId);
    },
    sweep: async (tenantId) => {
      let ended = 0;
      for (const licenceId of await database.withTenant(tenantId, licencesInUse))
        ended += await sweepOne(tenantId, licenceId);
      return ended;
    },
  };
}
