import { sql } from 'kysely';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { TermsRecord } from './terms.ts';

/** What a licence's row says of its seats: in use, callers that wait, and a time before which no session ends. */
export interface SeatCount {
  seats_used: number;
  seats_waiting: number;
  seats_due: number;
}

type TakenLicence = TermsRecord & SeatCount & { id: string; seats_at: number; seats_revision: number };

/**
 * Takes a licence for one decision: no other decision about it runs until the transaction ends. Remembers the latest time
 * that a process decided at, so that a clock that is behind does not turn back the time of the seats.
 */
export function takeLicence(
  transaction: TenantTransaction,
  licenceId: string,
  now: number,
): Promise<TakenLicence | undefined> {
  return transaction
    .updateTable('licences.licences')
    .set({ seats_at: sql`greatest(seats_at, ${now})`, seats_revision: sql`seats_revision + 1` })
    .where('id', '=', licenceId)
    .returning([
      'id',
      'version',
      'state',
      'starts_at',
      'expires_at',
      'max_seats',
      'policy',
      'seats_at',
      'seats_revision',
      'seats_used',
      'seats_waiting',
      'seats_due',
    ])
    .executeTakeFirst();
}

/** Keeps what heartbeats read of the seats, where a decision has changed it. @param due see `Pool.nextDue` */
export async function keepCount(
  transaction: TenantTransaction,
  { id, seats_used, seats_waiting, seats_due }: TakenLicence,
  { used, waiting, at }: { used: number; waiting: number; at: number },
  due: number,
): Promise<void> {
  const isKept = seats_used === used && seats_waiting === waiting && seats_due > at && seats_due <= due;
  if (isKept) return;
  await transaction
    .updateTable('licences.licences')
    .set({ seats_used: used, seats_waiting: waiting, seats_due: due })
    .where('id', '=', id)
    .execute();
}

/** The version of a licence's terms and the number of its count in Redis, which do not change until the transaction ends. */
export async function holdTerms(
  transaction: TenantTransaction,
  licenceId: string,
): Promise<{ version: number; epoch: number } | undefined> {
  return transaction
    .selectFrom('licences.licences')
    .select(['version', 'seats_revision as epoch'])
    .where('id', '=', licenceId)
    .forShare()
    .executeTakeFirst();
}

/** The licence, locked; no session of it is stored until the transaction ends. */
export function lockLicence(
  transaction: TenantTransaction,
  licenceId: string,
): Promise<(TermsRecord & { seats_revision: number }) | undefined> {
  return transaction
    .selectFrom('licences.licences')
    .select(['version', 'state', 'starts_at', 'expires_at', 'max_seats', 'policy', 'seats_revision'])
    .where('id', '=', licenceId)
    .forUpdate()
    .executeTakeFirst();
}

/** Begins a new count of the seats in Redis; what heartbeats read of one in the database is over. */
export async function setEpoch(
  transaction: TenantTransaction,
  licenceId: string,
  epoch: number,
): Promise<void> {
  await transaction
    .updateTable('licences.licences')
    .set({ seats_revision: epoch, seats_due: 0 })
    .where('id', '=', licenceId)
    .execute();
}
