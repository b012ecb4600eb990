import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { type EventType, events } from '../../../contract/events.ts';
import { isPattern } from '../../../contract/topics.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { newSigningSecret, type OutboundGuard, UrlRefused } from '../../../platform/outbound/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import { type Actor, record } from '../audit/index.ts';
import type { Events } from '../events/index.ts';
import { attemptsOf, findDelivery, listDeliveries } from './deliveries.ts';
import { createDispatch, type DeliveryObserver, placeOf } from './dispatch.ts';
import { HEALTHY, type HealthSettings } from './health.ts';
import { sampleOf } from './sample.ts';
import {
  deleteEndpoint,
  findEndpoint,
  insertEndpoint,
  lastDeliveries,
  listEndpoints,
  lockEndpoint,
  setHealth,
  subscribersOf,
  updateEndpoint,
} from './store.ts';
import { deliveryView, endpointView } from './views.ts';

/** For so long after a rotation deliveries carry the signature of the previous secret too. */
const OVERLAP_MS = 24 * 3_600_000;

/** What a subscription can be changed to; what is missing stays. */
interface Change {
  url?: string | undefined;
  events?: EventType[] | undefined;
  topics?: string[] | undefined;
  enabled?: boolean | undefined;
}

export type Webhooks = ReturnType<typeof createWebhooks>;

/** Endpoints of customers. The deliveries of an event are written in the transaction that publishes it. */
export function createWebhooks(
  database: Database,
  jobs: Jobs,
  outbox: Events,
  {
    guard,
    sealer,
    now,
    ...settings
  }: HealthSettings & DeliveryObserver & { guard: OutboundGuard; sealer: Sealer; now: () => Date },
) {
  const dispatch = createDispatch({ database, jobs, guard, sealer, now, settings });
  outbox.subscribe(async (transaction, { tenantId, eventId, type }) => {
    await dispatch.start(transaction, tenantId, eventId, await subscribersOf(transaction, type));
  });

  async function checkUrl(url: string): Promise<void> {
    await guard.check(url).catch((error: unknown) => {
      if (error instanceof UrlRefused) throw new Problem('WEBHOOK_URL_REFUSED', error.message);
      throw error;
    });
  }

  async function requireEndpoint(transaction: TenantTransaction, endpointId: string) {
    const endpoint = await findEndpoint(transaction, endpointId);
    if (!endpoint) throw notFound('endpoint', endpointId);
    return endpoint;
  }

  async function describe(transaction: TenantTransaction, endpointId: string) {
    const endpoint = await requireEndpoint(transaction, endpointId);
    return endpointView(endpoint, (await lastDeliveries(transaction, [endpointId])).get(endpointId));
  }

  async function describeDelivery(transaction: TenantTransaction, deliveryId: string) {
    const delivery = await findDelivery(transaction, deliveryId);
    if (!delivery) throw notFound('delivery', deliveryId);
    return deliveryView(delivery, (await attemptsOf(transaction, [deliveryId])).get(deliveryId));
  }

  return {
    /** @throws {Problem} WEBHOOK_URL_REFUSED */
    create: async (
      actor: Actor,
      { url, events: types, topics }: { url: string; events: EventType[]; topics: string[] },
    ) => {
      const wanted = subscriptionOf(types, topics);
      await checkUrl(url);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const id = uuidv7();
        const secret = newSigningSecret();
        const values = { id, url, events: wanted, secret: sealer.seal(secret, placeOf(id)) };
        const view = endpointView(await insertEndpoint(transaction, values), undefined);
        await audit(transaction, actor, `endpoint:${id}`, { url, events: wanted });
        return { ...view, secret };
      });
    },

    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listEndpoints(transaction, after, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const deliveries = await lastDeliveries(
              transaction,
              rows.map(({ id }) => id),
            );
            return rows.map((row) => endpointView(row, deliveries.get(row.id)));
          },
        }),
      ),

    get: (tenantId: string, endpointId: string) =>
      database.withTenant(tenantId, (transaction) => describe(transaction, endpointId)),

    /** @throws {Problem} NOT_FOUND, WEBHOOK_URL_REFUSED */
    update: async (actor: Actor, endpointId: string, { url, events: types, topics, enabled }: Change) => {
      if (url !== undefined) await checkUrl(url);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const before = await lockEndpoint(transaction, endpointId);
        if (!before) throw notFound('endpoint', endpointId);
        const wanted =
          types || topics
            ? subscriptionOf(
                types ?? before.events.filter((name) => !isPattern(name)),
                topics ?? before.events.filter(isPattern),
              )
            : undefined;
        const values = { ...(url === undefined ? {} : { url }), ...(wanted ? { events: wanted } : {}) };
        if (Object.keys(values).length > 0) await updateEndpoint(transaction, endpointId, values);
        if (enabled === false)
          await setHealth(transaction, endpointId, {
            ...HEALTHY,
            state: 'disabled',
            state_reason: 'It was disabled by a user.',
          });
        else if (enabled || url !== undefined) await setHealth(transaction, endpointId, HEALTHY);
        const view = await describe(transaction, endpointId);
        await audit(transaction, actor, `endpoint:${endpointId}`, { url, events: wanted, enabled });
        return view;
      });
    },

    delete: (actor: Actor, endpointId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        if (!(await deleteEndpoint(transaction, endpointId))) throw notFound('endpoint', endpointId);
        await audit(transaction, actor, `endpoint:${endpointId}`, {});
      }),

    rotateSecret: (actor: Actor, endpointId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const endpoint = await lockEndpoint(transaction, endpointId);
        if (!endpoint) throw notFound('endpoint', endpointId);
        const secret = newSigningSecret();
        const previousUntil = new Date(now().getTime() + OVERLAP_MS);
        await updateEndpoint(transaction, endpointId, {
          secret: sealer.seal(secret, placeOf(endpointId)),
          previous_secret: endpoint.secret,
          previous_until: previousUntil,
        });
        const previousValidUntil = previousUntil.toISOString();
        await audit(transaction, actor, `endpoint:${endpointId}`, { previousValidUntil });
        return { endpointId, secret, previousValidUntil };
      }),

    test: (actor: Actor, endpointId: string, event?: EventType) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await requireEndpoint(transaction, endpointId);
        const message = 'A sample event. Deliveries to this endpoint look like it.';
        const sample = event && { type: event, data: sampleOf(events[event].data) };
        const eventId = await outbox.append(transaction, 'endpoint.test', {
          endpointId,
          message,
          ...(sample ? { sample } : {}),
        });
        const [deliveryId] = await dispatch.start(transaction, actor.tenantId, eventId, [endpointId]);
        const view = await describeDelivery(transaction, deliveryId as string);
        await audit(transaction, actor, `endpoint:${endpointId}`, { deliveryId });
        return view;
      }),

    listDeliveries: (
      tenantId: string,
      endpointId: string,
      status: 'pending' | 'delivered' | 'failed' | undefined,
      page: Page,
    ) =>
      database.withTenant(tenantId, async (transaction) => {
        await requireEndpoint(transaction, endpointId);
        return listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listDeliveries(transaction, endpointId, status, before, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const attempts = await attemptsOf(
              transaction,
              rows.map(({ id }) => id),
            );
            return rows.map((row) => deliveryView(row, attempts.get(row.id)));
          },
        });
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT for a disabled endpoint */
    resend: (actor: Actor, deliveryId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const delivery = await findDelivery(transaction, deliveryId);
        if (!delivery) throw notFound('delivery', deliveryId);
        const endpoint = await requireEndpoint(transaction, delivery.endpoint_id);
        if (endpoint.state === 'disabled')
          throw new Problem('CONFLICT', 'The endpoint is disabled. Enable it first.');
        await dispatch.restart(transaction, actor.tenantId, deliveryId);
        const view = await describeDelivery(transaction, deliveryId);
        await audit(transaction, actor, `delivery:${deliveryId}`, { endpointId: endpoint.id });
        return view;
      }),

    /** Closes the connections to endpoints. */
    close: () => guard.close(),
  };
}

/** @throws {Problem} INVALID_INPUT when nothing would be delivered */
function subscriptionOf(types: readonly string[], topics: readonly string[]): string[] {
  const wanted = [...new Set([...types, ...topics])];
  if (wanted.length === 0) throw invalidField('events', 'or topics must say what to deliver');
  return wanted;
}

function audit(
  transaction: TenantTransaction,
  actor: Actor,
  subject: string,
  content: object,
): Promise<unknown> {
  return record(transaction, actor, { subject, details: [{ about: [], content }] });
}
