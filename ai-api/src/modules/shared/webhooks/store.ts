import { type Selectable, sql, type Updateable } from 'kysely';
import { topicsOfType } from '../../../contract/topics.ts';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { Health } from './health.ts';

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
  endpoint: { id: string; url: string; events: string[]; secret: string },
): Promise<EndpointRecord> {
  return transaction.insertInto('events.endpoints').values(endpoint).returningAll().executeTakeFirstOrThrow();
}

export function findEndpoint(
  transaction: TenantTransaction,
  id: string,
): Promise<EndpointRecord | undefined> {
  return transaction.selectFrom('events.endpoints').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The endpoint, kept from changing by others until the transaction ends. */
export function lockEndpoint(
  transaction: TenantTransaction,
  id: string,
): Promise<EndpointRecord | undefined> {
  return transaction
    .selectFrom('events.endpoints')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export async function updateEndpoint(
  transaction: TenantTransaction,
  id: string,
  change: Updateable<Schema['events.endpoints']>,
): Promise<void> {
  await transaction.updateTable('events.endpoints').set(change).where('id', '=', id).execute();
}

/** Writes an endpoint's health; a disabled one has nothing pending any more. */
export async function setHealth(transaction: TenantTransaction, id: string, health: Health): Promise<void> {
  await updateEndpoint(transaction, id, health);
  if (health.state !== 'disabled') return;
  await transaction
    .updateTable('events.deliveries')
    .set({ status: 'failed', last_error: 'The endpoint was disabled.', next_attempt_at: null })
    .where('endpoint_id', '=', id)
    .where('status', '=', 'pending')
    .execute();
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

/** Endpoints that want events of a type, by its name or by a pattern. */
export async function subscribersOf(transaction: TenantTransaction, type: string): Promise<string[]> {
  const endpoints = await transaction
    .selectFrom('events.endpoints')
    .select('id')
    .where(sql<boolean>`events && ${[type, ...topicsOfType(type)]}::text[]`)
    .where('state', '<>', 'disabled')
    .execute();
  return endpoints.map(({ id }) => id);
}
