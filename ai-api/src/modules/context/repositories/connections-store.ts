import { type Kysely, type Selectable, sql, type Updateable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import {
  type Database,
  type Schema,
  staysHere,
  type TenantTransaction,
} from '../../../platform/database/index.ts';

export type ConnectionRecord = Selectable<Schema['context.git_connections']>;
export type DeliveryRecord = Selectable<Schema['context.git_deliveries']>;

/** Makes a connection; undefined when the company has one of this name. */
export function insertConnection(
  transaction: TenantTransaction,
  connection: Pick<
    ConnectionRecord,
    'id' | 'provider' | 'name' | 'api_url' | 'webhook_secret' | 'credential'
  >,
): Promise<ConnectionRecord | undefined> {
  return transaction
    .insertInto('context.git_connections')
    .values(connection)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

export function findConnection(
  transaction: TenantTransaction,
  id: string,
): Promise<ConnectionRecord | undefined> {
  return transaction
    .selectFrom('context.git_connections')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
}

/**
 * The connection that a webhook names in its address, of whichever company, and where the company's data stays (null for
 * anywhere, and where no region is declared). Its signature is verified next.
 */
export function connectionOfWebhook(
  database: Database,
  id: string,
  provider: ConnectionRecord['provider'],
): Promise<(ConnectionRecord & { region: string | null }) | undefined> {
  const isChecked = database.residency.region !== null;
  return database
    .system('a webhook of a forge has no credential but its signature, whose secret this finds')
    .selectFrom('context.git_connections')
    .selectAll()
    .select(
      (isChecked ? sql<string | null>`platform.data_region(tenant_id)` : sql<string | null>`null::text`).as(
        'region',
      ),
    )
    .where('id', '=', id)
    .where('provider', '=', provider)
    .executeTakeFirst();
}

export function listConnections(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
): Promise<ConnectionRecord[]> {
  let query = transaction.selectFrom('context.git_connections').selectAll().orderBy('id').limit(limit);
  if (after !== null) query = query.where('id', '>', after);
  return query.execute();
}

export function updateConnection(
  transaction: TenantTransaction,
  id: string,
  change: Updateable<Schema['context.git_connections']>,
): Promise<ConnectionRecord | undefined> {
  return transaction
    .updateTable('context.git_connections')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

export async function deleteConnection(transaction: TenantTransaction, id: string): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('context.git_connections')
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/**
 * Stores a delivery for the company of its connection, which the statement reads itself; null when it was received before,
 * or the connection is gone.
 */
export async function insertDelivery(
  executor: Kysely<Schema>,
  delivery: { connectionId: string; deliveryKey: string; event: string; payload: string },
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    insert into context.git_deliveries (id, tenant_id, connection_id, delivery_key, event, payload)
    select ${uuidv7()}::uuid, tenant_id, id, ${delivery.deliveryKey}, ${delivery.event}, ${delivery.payload}
    from context.git_connections where id = ${delivery.connectionId}
    on conflict (connection_id, delivery_key) do nothing
    returning id`.execute(executor);
  return rows[0]?.id ?? null;
}

/** Says that the job of a delivery is enqueued; false when it was before. */
export async function markEnqueued(transaction: TenantTransaction, id: string): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('context.git_deliveries')
    .set({ enqueued_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('enqueued_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Deliveries of every company that were stored some time ago and have no job. */
export async function deliveriesToEnqueue(
  database: Database,
  { olderThanSeconds, limit }: { olderThanSeconds: number; limit: number },
): Promise<{ id: string; tenant_id: string }[]> {
  const { rows } = await sql<{ id: string; tenant_id: string }>`
    select id, tenant_id from context.git_deliveries
    where state = 'queued' and enqueued_at is null
      and received_at < now() - make_interval(secs => ${olderThanSeconds})
      and ${staysHere(database.residency, 'context.git_deliveries.tenant_id')}
    order by received_at limit ${limit}`.execute(
    database.system(
      'the worker finds deliveries of every company whose process ended before it enqueued them',
    ),
  );
  return rows;
}

/** A delivery that is still to be processed, locked. */
export function lockQueuedDelivery(
  transaction: TenantTransaction,
  id: string,
): Promise<DeliveryRecord | undefined> {
  return transaction
    .selectFrom('context.git_deliveries')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .forUpdate()
    .executeTakeFirst();
}

/** Notes on its connection when a delivery came; deliveries are processed in any order. */
export async function noteDelivery(
  transaction: TenantTransaction,
  { connection_id, received_at }: Pick<DeliveryRecord, 'connection_id' | 'received_at'>,
): Promise<void> {
  await transaction
    .updateTable('context.git_connections')
    .set({ last_delivery_at: sql<Date>`greatest(last_delivery_at, ${received_at}::timestamptz)` })
    .where('id', '=', connection_id)
    .execute();
}

/** Notes what became of a delivery, and lets go of what it said. */
export async function endDelivery(
  transaction: TenantTransaction,
  id: string,
  state: 'processed' | 'ignored' | 'failed',
  reason: string | null,
  at: Date,
): Promise<void> {
  await transaction
    .updateTable('context.git_deliveries')
    .set({ state, reason, processed_at: at, ...(state === 'failed' ? {} : { payload: null }) })
    .where('id', '=', id)
    .execute();
}

/** Gives a failed delivery back to the queue. */
export async function requeueDelivery(transaction: TenantTransaction, id: string): Promise<void> {
  await transaction
    .updateTable('context.git_deliveries')
    .set({ state: 'queued', reason: null, processed_at: null })
    .where('id', '=', id)
    .execute();
}

/** Deliveries of a connection, newest first, before `before`. */
export function listDeliveries(
  transaction: TenantTransaction,
  connectionId: string,
  state: DeliveryRecord['state'] | undefined,
  before: string | null,
  limit: number,
) {
  let query = transaction
    .selectFrom('context.git_deliveries')
    .select(['id', 'delivery_key', 'event', 'state', 'reason', 'received_at', 'processed_at'])
    .where('connection_id', '=', connectionId)
    .orderBy('id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  if (state) query = query.where('state', '=', state);
  return query.execute();
}
