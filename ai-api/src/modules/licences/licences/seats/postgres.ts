import { notFound } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { decide } from './decide.ts';
import { keepCount, takeLicence } from './licence-row.ts';
import { Pool } from './pool.ts';
import { type Also, type Decision, refusalOf, type SeatOp, type Seats } from './seats.ts';
import {
  extendHeld,
  licencesInUse,
  readEnded,
  readLive,
  readOccupancy,
  readRows,
  storeChanges,
} from './store.ts';
import { termsOf } from './terms.ts';

const NOTHING: Also = async () => {};

/**
 * Counts seats in PostgreSQL: a decision holds the row of its licence, and the sessions are what is counted. Its time is
 * taken after the wait for that row, and is never before that of an earlier decision.
 */
export function createPostgresSeats(database: Database, now: () => Date): Seats {
  const time = () => now().getTime();

  async function decideIn(
    transaction: TenantTransaction,
    licenceId: string,
    op: SeatOp,
    also: Also,
  ): Promise<Decision> {
    const licence = await takeLicence(transaction, licenceId, time());
    if (!licence) throw notFound('licence', licenceId);
    const terms = termsOf(licence);
    const at = Math.max(licence.seats_at, time());
    const session = 'session' in op ? op.session : undefined;
    const member = op.type === 'acquire' ? op.member : undefined;
    const rows = await readRows(transaction, licenceId, at, { session, member });
    const isLate = op.type === 'heartbeat' && !rows.some(({ id }) => id === op.session);
    const ended = isLate ? await readEnded(transaction, licenceId, op.session) : null;
    if (ended) rows.push(...(await readRows(transaction, licenceId, at, { member: ended.member })));
    const { occupancy, earliest } = await readOccupancy(transaction, licenceId, at, terms.perUser > 0);
    const pool = new Pool(terms, occupancy, rows, at, licence.seats_revision);
    const isStale = op.type === 'acquire' && op.version !== terms.version;
    const [code, seat] = isStale ? (['STALE', null] as const) : decide(terms, pool, op, ended);
    const decision = pool.decided(code, seat, earliest);
    await storeChanges(transaction, licenceId, [decision]);
    await keepCount(transaction, licence, decision, pool.nextDue(earliest));
    await also(transaction, decision);
    return decision;
  }

  async function heartbeat(
    tenantId: string,
    licenceId: string,
    op: Extract<SeatOp, { type: 'heartbeat' }>,
  ): Promise<Decision | null> {
    const at = time();
    const extended = await extendHeld(database, { tenantId, licenceId }, { ...op, now: at });
    if (!extended) return null;
    const { seat, count } = extended;
    const { max, heartbeatMs } = termsOf(extended.terms);
    const { seats_used: used, seats_waiting: waiting } = count;
    const idle = { isMoved: false, reservedIdle: 0, position: 0, retryAfterMs: 0, revision: 0 };
    return { code: 'EXTENDED', seat, used, max, waiting, ...idle, at, heartbeatMs, changes: [] };
  }

  const run = (tenantId: string, licenceId: string, op: SeatOp, also: Also) =>
    database.withTenant(tenantId, (transaction) => decideIn(transaction, licenceId, op, also));

  return {
    driver: 'postgres',
    decide: async (tenantId, licenceId, op, also = NOTHING) => {
      const quick = op.type === 'heartbeat' ? await heartbeat(tenantId, licenceId, op) : null;
      return quick ?? run(tenantId, licenceId, op, also);
    },
    configure: (tenantId, licenceId) =>
      database.withTenant(tenantId, async (transaction) => {
        const licence = await takeLicence(transaction, licenceId, time());
        if (!licence) throw notFound('licence', licenceId);
        const terms = termsOf(licence);
        const at = Math.max(licence.seats_at, time());
        const rows = await readLive(transaction, licenceId);
        const { occupancy, earliest } = await readOccupancy(transaction, licenceId, at, terms.perUser > 0);
        const pool = new Pool(terms, occupancy, rows, at, licence.seats_revision);
        pool.purge();
        if (refusalOf(terms, at)) pool.endAll();
        else pool.offer();
        const decision = pool.decided('READ', null, 0);
        await storeChanges(transaction, licenceId, [decision]);
        await keepCount(transaction, licence, decision, pool.nextDue(earliest));
      }),
    sweep: async (tenantId) => {
      const licences = await database.withTenant(tenantId, licencesInUse);
      let ended = 0;
      for (const licenceId of licences)
        ended += (await run(tenantId, licenceId, { type: 'read' }, NOTHING)).changes.filter(
          ({ endedAt }) => endedAt > 0,
        ).length;
      return ended;
    },
  };
}
