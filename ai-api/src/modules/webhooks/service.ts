import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type EventType, events } from '../../contract/events.ts';
import { decodeCursor, pageOf } from '../../http/cursor.ts';
import { notFound } from '../../http/problem.ts';
import type { Database, TenantTransaction } from '../../platform/database/index.ts';
import type { Jobs } from '../../platform/jobs.ts';
import { deliver } from './deliver.ts';
import {
  deleteEndpoint,
  type EndpointRecord,
  findEndpoint,
  findPending,
  giveUp,
  insertEndpoint,
  insertEvent,
  type LastDelivery,
  lastDeliveries,
  listEndpoints,
  recordAttempt,
} from './store.ts';

const DELIVERY_QUEUE = 'webhook.deliver';
interface DeliveryJob {
  tenantId: string;
  deliveryId: string;
}

export type Webhooks = ReturnType<typeof createWebhooks>;

/**
 * Subscriptions and the outbox. An event and its deliveries are written in the transaction that caused them;
 * each delivery is then tried until it is taken, with pauses that double up to an hour.
 */
export function createWebhooks(database: Database, jobs: Jobs, settings: { retrySeconds: number }) {
  jobs.define<DeliveryJob>({
    name: DELIVERY_QUEUE,
    concurrency: 4,
    retryLimit: 20,
    retryDelay: settings.retrySeconds,
    retryDelayMax: 3600,
    expireInSeconds: 60,
    handle: async ({ tenantId, deliveryId }, { signal }) => {
      const pending = await database.withTenant(tenantId, (transaction) =>
        findPending(transaction, deliveryId),
      );
      if (!pending) return;
      const error = await deliver(pending, signal);
      await database.withTenant(tenantId, (transaction) => recordAttempt(transaction, deliveryId, error));
      if (error !== null) throw new Error(error);
    },
    onDead: ({ tenantId, deliveryId }) =>
      database.withTenant(tenantId, (transaction) => giveUp(transaction, deliveryId)),
  });

  return {
    /** Publishes with the transaction: subscribers hear of it if and only if it commits. */
    publish: async <T extends EventType>(
      transaction: TenantTransaction,
      tenantId: string,
      type: T,
      data: z.input<(typeof events)[T]['data']>,
    ): Promise<void> => {
      const deliveries = await insertEvent(transaction, type, events[type].data.parse(data));
      const work = deliveries.map((deliveryId): DeliveryJob => ({ tenantId, deliveryId }));
      if (work.length > 0) await jobs.enqueue(transaction, DELIVERY_QUEUE, work);
    },

    create: (tenantId: string, input: { url: string; events: EventType[] }) =>
      database.withTenant(tenantId, async (transaction) => {
        const secret = `whsec_${randomBytes(32).toString('base64')}`;
        const endpoint = await insertEndpoint(transaction, { ...input, secret });
        return { ...view(endpoint, undefined), secret };
      }),

    list: (tenantId: string, { cursor, limit }: { cursor?: string | undefined; limit: number }) =>
      database.withTenant(tenantId, async (transaction) => {
        const rows = await listEndpoints(transaction, decodeCursor(cursor, z.uuid()), limit + 1);
        const deliveries = await lastDeliveries(
          transaction,
          rows.map(({ id }) => id),
        );
        return pageOf(
          rows,
          limit,
          (row) => view(row, deliveries.get(row.id)),
          (row) => row.id,
        );
      }),

    get: (tenantId: string, endpointId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const endpoint = await findEndpoint(transaction, endpointId);
        if (!endpoint) throw notFound('endpoint', endpointId);
        return view(endpoint, (await lastDeliveries(transaction, [endpointId])).get(endpointId));
      }),

    delete: (tenantId: string, endpointId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        if (!(await deleteEndpoint(transaction, endpointId))) throw notFound('endpoint', endpointId);
      }),
  };
}

function view(row: EndpointRecord, last: LastDelivery | undefined) {
  return {
    id: row.id,
    url: row.url,
    events: row.events as EventType[],
    createdAt: row.created_at.toISOString(),
    lastDelivery: last
      ? {
          event: last.event,
          status: last.status,
          attempts: last.attempts,
          lastError: last.last_error,
          at: last.updated_at.toISOString(),
        }
      : null,
  };
}
