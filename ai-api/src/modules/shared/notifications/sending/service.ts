import { z } from 'zod';
import { personOf, type RequestContext } from '../../../../http/caller.ts';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../../http/problem.ts';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { type Actor, actorOf, displayName, record } from '../../audit/index.ts';
import type { NotificationParts } from '../parts.ts';
import { DEFAULTS } from '../templates/defaults/index.ts';
import type { Content } from '../templates/schema.ts';
import { findVersion } from '../templates/store.ts';
import type { Category } from '../vocabulary.ts';
import type { Notifier, Notify } from './notify.ts';
import { DELIVER_QUEUE, type DeliverJob } from './queues.ts';
import {
  type AttemptRow,
  attemptsOf,
  type DeliveryRow,
  deliveriesOf,
  type Filter,
  findNotification,
  listNotifications,
  lockDelivery,
  type NotificationRow,
  updateDelivery,
} from './store.ts';

/** States from which a person may have a delivery sent again. */
const RESENDABLE = ['failed', 'unknown', 'suppressed', 'skipped'];

/** Sending on request, and what was sent. */
export function createSending(parts: NotificationParts, { notify }: Notifier) {
  const { database, jobs, catalogue, dashboards } = parts;

  return {
    /**
     * @param page of the executives' dashboards, in place of an `url` in the data
     * @throws {Problem} INVALID_INPUT, also when `to` means no person; NOT_FOUND, TEMPLATE_INVALID
     */
    notify: (actor: Actor, { page, ...given }: Notify & { page?: string | undefined }) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const sender = { tenantId: actor.tenantId, by: displayName(actor) };
        const url = page === undefined ? null : dashboards.link(page);
        const request = url === null ? given : { ...given, data: { ...given.data, url } };
        const notifications = await notify(transaction, sender, request, { strict: true });
        if (notifications.length === 0)
          throw invalidField('to', `means no active user (${request.to.join(', ')}), so nothing was sent`);
        await note(
          transaction,
          actor,
          'notifications',
          { template: request.template, notifications: notifications.length },
          notifications.map(({ recipient }) => recipient).filter((owner) => owner.startsWith('user:')),
        );
        return { notifications };
      }),

    list: (tenantId: string, filter: Filter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listNotifications(transaction, filter, before, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const deliveries = await deliveriesOf(
              transaction,
              rows.map(({ id }) => id),
            );
            return rows.map((row) => ({
              ...headOf(row),
              deliveries: (deliveries.get(row.id) ?? []).map(deliveryView),
            }));
          },
        }),
      ),

    /** @throws {Problem} NOT_FOUND */
    get: (tenantId: string, id: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await findNotification(transaction, id);
        if (!row) throw notFound('notification', id);
        const deliveries = (await deliveriesOf(transaction, [id])).get(id) ?? [];
        const attempts = await attemptsOf(
          transaction,
          deliveries.map((delivery) => delivery.id),
        );
        return {
          ...headOf(row),
          deliveries: deliveries.map((delivery) => ({
            ...deliveryView(delivery),
            content: {
              subject: delivery.content.subject ?? null,
              text: delivery.content.text,
              html: delivery.content.html || null,
            },
            attemptLog: (attempts.get(delivery.id) ?? []).map(attemptView),
          })),
        };
      }),

    /** Begins another round. @throws {Problem} NOT_FOUND, CONFLICT for what was sent or is on its way */
    resend: (actor: Actor, deliveryId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const delivery = await lockDelivery(transaction, deliveryId);
        if (!delivery) throw notFound('delivery', deliveryId);
        if (!RESENDABLE.includes(delivery.state) || delivery.address === '')
          throw new Problem('CONFLICT', `A delivery that is ${delivery.state} cannot be sent again.`);
        const round = delivery.round + 1;
        const changes = {
          state: 'pending',
          round,
          attempts: 0,
          error_code: null,
          error: null,
          ended_at: null,
          provider_id: null,
        } as const;
        await updateDelivery(transaction, deliveryId, changes);
        const job: DeliverJob = { tenantId: actor.tenantId, deliveryId, round, attempt: 1 };
        await jobs.enqueue(transaction, DELIVER_QUEUE, [job]);
        await note(transaction, actor, `notification:${delivery.notification_id}`, { deliveryId, round });
        return deliveryView({ ...delivery, ...changes });
      }),

    /** Sends a template with its sample to the person who asks. @throws {Problem} NOT_FOUND, PERSON_NEEDED */
    test: (request: RequestContext, name: string, version: number | undefined, locale: string) => {
      const user = personOf(request.caller);
      const actor = actorOf(request);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const published =
          version === undefined
            ? await catalogue.published(transaction, name)
            : { name, version: version || null, content: await contentOf(transaction, name, version) };
        const [sent] = await notify(
          transaction,
          { tenantId: actor.tenantId, by: displayName(actor) },
          {
            to: [`user:${user.id}`],
            template: name,
            data: published.content.sample,
            channels: ['email'],
            source: `test:${user.id}`,
            locale,
          },
          { published, regardless: true },
        );
        await note(transaction, actor, `notification-template:${name}`, { test: version ?? null });
        return { notificationId: sent?.notificationId ?? '' };
      });
    },
  };
}

async function contentOf(transaction: TenantTransaction, name: string, version: number): Promise<Content> {
  const content = version === 0 ? DEFAULTS[name] : (await findVersion(transaction, name, version))?.content;
  if (!content) throw notFound('template version', `${name} ${version}`);
  return content as Content;
}

function headOf(row: NotificationRow) {
  return {
    notificationId: row.id,
    recipient: row.owner,
    name: row.name,
    template: row.template,
    version: row.version,
    category: row.category as Category,
    critical: row.critical,
    title: row.title,
    source: row.source,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

function deliveryView(row: DeliveryRow) {
  return {
    deliveryId: row.id,
    channel: row.channel,
    address: row.address,
    state: row.state,
    attempts: row.attempts,
    notBefore: row.not_before?.toISOString() ?? null,
    errorCode: row.error_code,
    error: row.error,
    sentAt: row.sent_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

function attemptView({ started_at, duration_ms, outcome, code, message }: AttemptRow) {
  return { at: started_at.toISOString(), durationMs: duration_ms, outcome, code, message };
}

async function note(
  transaction: TenantTransaction,
  actor: Actor,
  subject: string,
  content: object,
  about: string[] = [],
): Promise<void> {
  await record(transaction, actor, { subject, details: [{ about, content }] });
}
