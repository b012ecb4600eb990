import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { Attempt } from '../../../platform/outbound/index.ts';

type DeliveryStatus = Selectable<Schema['events.deliveries']>['status'];

/** A delivery as the log shows it. */
export interface DeliveryRecord {
  id: string;
  endpoint_id: string;
  event_id: string;
  event: string;
  status: DeliveryStatus;
  round: number;
  created_at: Date;
  next_attempt_at: Date | null;
}

/** What a pending delivery has to send, where to, and how its endpoint does. */
export interface DueDelivery {
  eventId: string;
  type: string;
  data: object;
  occurredAt: Date;
  endpointId: string;
  url: string;
  secret: string;
  previousSecret: string | null;
  previousUntil: Date | null;
  state: 'healthy' | 'failing' | 'disabled';
  failures: number;
  pausedUntil: Date | null;
}

/** A pending delivery of an event for each of these endpoints; answers their ids in the same order. */
export async function insertDeliveries(
  transaction: TenantTransaction,
  eventId: string,
  endpointIds: string[],
): Promise<string[]> {
  if (endpointIds.length === 0) return [];
  const deliveries = endpointIds.map((endpoint_id) => ({
    id: uuidv7(),
    event_id: eventId,
    endpoint_id,
    last_error: null,
  }));
  await transaction.insertInto('events.deliveries').values(deliveries).execute();
  return deliveries.map(({ id }) => id);
}

/** One round of a delivery. */
export interface Round {
  deliveryId: string;
  round: number;
}

/** What each has to send, in their order; null when it is done, is in another round, or its endpoint is gone. */
export async function findDue(
  transaction: TenantTransaction,
  rounds: readonly Round[],
): Promise<(DueDelivery | null)[]> {
  const rows = await transaction
    .selectFrom('events.deliveries as delivery')
    .innerJoin('events.outbox as event', 'event.id', 'delivery.event_id')
    .innerJoin('events.endpoints as endpoint', 'endpoint.id', 'delivery.endpoint_id')
    .select(['delivery.id as deliveryId', 'delivery.round'])
    .select(['event.id as eventId', 'event.type', 'event.data', 'event.occurred_at as occurredAt'])
    .select(['endpoint.id as endpointId', 'endpoint.url', 'endpoint.secret', 'endpoint.state'])
    .select(['endpoint.previous_secret as previousSecret', 'endpoint.previous_until as previousUntil'])
    .select(['endpoint.failures', 'endpoint.paused_until as pausedUntil'])
    .where(sql<boolean>`delivery.id = any(${rounds.map(({ deliveryId }) => deliveryId)}::uuid[])`)
    .where('delivery.status', '=', 'pending')
    .execute();
  const found = new Map(rows.map((row) => [`${row.deliveryId} ${row.round}`, row]));
  return rounds.map(({ deliveryId, round }) => found.get(`${deliveryId} ${round}`) ?? null);
}

/** Logs attempts whose deliveries were taken. */
export async function recordDelivered(
  transaction: TenantTransaction,
  taken: readonly (Round & { attempt: Attempt })[],
): Promise<void> {
  await transaction
    .insertInto('events.attempts')
    .values(
      taken.map(({ deliveryId, attempt }) => ({
        id: uuidv7(),
        delivery_id: deliveryId,
        duration_ms: attempt.durationMs,
        response_status: attempt.responseStatus,
        error: null,
      })),
    )
    .execute();
  const rounds = JSON.stringify(taken.map(({ deliveryId, round }) => ({ id: deliveryId, round })));
  await sql`
    update events.deliveries as delivery
    set status = 'delivered', next_attempt_at = null, last_error = null, attempts = attempts + 1, updated_at = now()
    from json_to_recordset(${rounds}::json) as taken (id uuid, round integer)
    where delivery.id = taken.id and delivery.round = taken.round`.execute(transaction);
}

/** Logs one attempt and what it makes of the delivery. */
export async function recordAttempt(
  transaction: TenantTransaction,
  deliveryId: string,
  round: number,
  attempt: Attempt,
  outcome: { status: DeliveryStatus; nextAttemptAt: Date | null },
): Promise<void> {
  await transaction
    .insertInto('events.attempts')
    .values({
      id: uuidv7(),
      delivery_id: deliveryId,
      duration_ms: attempt.durationMs,
      response_status: attempt.responseStatus,
      error: attempt.error,
    })
    .execute();
  await transaction
    .updateTable('events.deliveries')
    .set({ status: outcome.status, next_attempt_at: outcome.nextAttemptAt, last_error: attempt.error })
    .set((eb) => ({ attempts: eb('attempts', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', deliveryId)
    .where('round', '=', round)
    .execute();
}

export async function postpone(transaction: TenantTransaction, id: string, until: Date): Promise<void> {
  await transaction
    .updateTable('events.deliveries')
    .set({ next_attempt_at: until })
    .where('id', '=', id)
    .execute();
}

export async function giveUp(transaction: TenantTransaction, id: string, reason?: string): Promise<void> {
  await transaction
    .updateTable('events.deliveries')
    .set({ status: 'failed', next_attempt_at: null, ...(reason ? { last_error: reason } : {}) })
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .execute();
}

/** Makes a delivery pending in a new round; answers the round, null when there is no such delivery. */
export async function startRound(transaction: TenantTransaction, id: string): Promise<number | null> {
  const row = await transaction
    .updateTable('events.deliveries')
    .set({ status: 'pending', next_attempt_at: null })
    .set((eb) => ({ round: eb('round', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .returning('round')
    .executeTakeFirst();
  return row?.round ?? null;
}

function deliveries(transaction: TenantTransaction) {
  return transaction
    .selectFrom('events.deliveries as delivery')
    .innerJoin('events.outbox as event', 'event.id', 'delivery.event_id')
    .select(['delivery.id', 'delivery.endpoint_id', 'delivery.event_id', 'event.type as event'])
    .select(['delivery.status', 'delivery.round', 'delivery.created_at', 'delivery.next_attempt_at']);
}

export function findDelivery(
  transaction: TenantTransaction,
  id: string,
): Promise<DeliveryRecord | undefined> {
  return deliveries(transaction).where('delivery.id', '=', id).executeTakeFirst();
}

/** Deliveries to an endpoint before `before`, newest first. */
export function listDeliveries(
  transaction: TenantTransaction,
  endpointId: string,
  status: DeliveryStatus | undefined,
  before: string | null,
  limit: number,
): Promise<DeliveryRecord[]> {
  let query = deliveries(transaction)
    .where('delivery.endpoint_id', '=', endpointId)
    .orderBy('delivery.id', 'desc')
    .limit(limit);
  if (status) query = query.where('delivery.status', '=', status);
  if (before) query = query.where('delivery.id', '<', before);
  return query.execute();
}

export type AttemptRecord = Selectable<Schema['events.attempts']>;

/** Attempts of these deliveries, oldest first. */
export async function attemptsOf(
  transaction: TenantTransaction,
  deliveryIds: string[],
): Promise<Map<string, AttemptRecord[]>> {
  if (deliveryIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('events.attempts')
    .selectAll()
    .where('delivery_id', 'in', deliveryIds)
    .orderBy('id')
    .execute();
  return Map.groupBy(rows, ({ delivery_id }) => delivery_id);
}
