import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../platform/database/index.ts';

export type EndpointRecord = Selectable<Schema['events.endpoints']>;

export interface LastDelivery {
  event: string;
  status: 'pending' | 'delivered' | 'failed';
  attempts: number;
  last_error: string | null;
  updated_at: Date;
}

export function insertEndpoint(
  transaction: TenantTransaction,
  endpoint: { url: string; events: string[]; secret: string },
): Promise<EndpointRecord> {
  return transaction
    .insertInto('events.endpoints')
    .values({ id: uuidv7(), ...endpoint })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function findEndpoint(
  transaction: TenantTransaction,
  id: string,
): Promise<EndpointRecord | undefined> {
  return transaction.selectFrom('events.endpoints').selectAll().where('id', '=', id).executeTakeFirst();
}

export function listEndpoints(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
): Promise<EndpointRecord[]> {
  let query = transaction.selectFrom('events.endpoints').selectAll().orderBy('id').limit(limit);
  if (after) query = query.where('id', '>', after);
  return query.execute();
}

export async function deleteEndpoint(transaction: TenantTransaction, id: string): Promise<boolean> {
  const deleted = await transaction.deleteFrom('events.endpoints').where('id', '=', id).executeTakeFirst();
  return deleted.numDeletedRows === 1n;
}

/** The newest delivery of each of these endpoints. */
export async function lastDeliveries(
  transaction: TenantTransaction,
  endpointIds: string[],
): Promise<Map<string, LastDelivery>> {
  if (endpointIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('events.deliveries as delivery')
    .innerJoin('events.outbox as event', 'event.id', 'delivery.event_id')
    .select([
      'delivery.endpoint_id',
      'event.type as event',
      'delivery.status',
      'delivery.attempts',
      'delivery.last_error',
      'delivery.updated_at',
    ])
    .distinctOn('delivery.endpoint_id')
    .where('delivery.endpoint_id', 'in', endpointIds)
    .orderBy('delivery.endpoint_id')
    .orderBy('delivery.id', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.endpoint_id, row]));
}

/** Appends an event, and a pending delivery for each endpoint that subscribed to its type. */
export async function insertEvent(
  transaction: TenantTransaction,
  type: string,
  data: object,
): Promise<string[]> {
  const eventId = uuidv7();
  await transaction
    .insertInto('events.outbox')
    .values({ id: eventId, type, data: JSON.stringify(data) })
    .execute();
  const endpoints = await transaction
    .selectFrom('events.endpoints')
    .select('id')
    .where(sql<boolean>`${type} = any(events)`)
    .execute();
  if (endpoints.length === 0) return [];
  const deliveries = endpoints.map(({ id }) => ({
    id: uuidv7(),
    event_id: eventId,
    endpoint_id: id,
    last_error: null,
  }));
  await transaction.insertInto('events.deliveries').values(deliveries).execute();
  return deliveries.map(({ id }) => id);
}

export interface PendingDelivery {
  eventId: string;
  type: string;
  data: object;
  occurredAt: Date;
  url: string;
  secret: string;
}

/** What a pending delivery has to send; null when it is done or its endpoint is gone. */
export async function findPending(
  transaction: TenantTransaction,
  deliveryId: string,
): Promise<PendingDelivery | null> {
  const row = await transaction
    .selectFrom('events.deliveries as delivery')
    .innerJoin('events.outbox as event', 'event.id', 'delivery.event_id')
    .innerJoin('events.endpoints as endpoint', 'endpoint.id', 'delivery.endpoint_id')
    .select([
      'event.id as eventId',
      'event.type',
      'event.data',
      'event.occurred_at as occurredAt',
      'endpoint.url',
      'endpoint.secret',
    ])
    .where('delivery.id', '=', deliveryId)
    .where('delivery.status', '=', 'pending')
    .executeTakeFirst();
  return row ?? null;
}

/** Counts one attempt; an error leaves the delivery pending. */
export async function recordAttempt(
  transaction: TenantTransaction,
  id: string,
  error: string | null,
): Promise<void> {
  await transaction
    .updateTable('events.deliveries')
    .set({ last_error: error, ...(error === null ? { status: 'delivered' as const } : {}) })
    .set((eb) => ({ attempts: eb('attempts', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .execute();
}

export async function giveUp(transaction: TenantTransaction, id: string): Promise<void> {
  await transaction.updateTable('events.deliveries').set({ status: 'failed' }).where('id', '=', id).execute();
}
