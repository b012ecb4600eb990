import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { NOT_CONFIRMED } from '../../identity/index.ts';
import { sendEmail } from '../channels/email.ts';
import type { Outcome } from '../channels/outcome.ts';
import { sendWebhook } from '../channels/webhook.ts';
import type { NotificationParts } from '../parts.ts';
import { verifiedPhoneOf } from '../preferences/phone.ts';
import { profileOf } from '../preferences/store.ts';
import { findSuppression, suppress } from '../suppressions.ts';
import type { Category, Channel } from '../vocabulary.ts';
import { itemsOf, MAX_ITEMS } from './batches.ts';
import { decide, isOff, NOT_VERIFIED, UNWANTED, type Wishes, wishesOf } from './decide.ts';
import { secondsUntil } from './notify.ts';
import { DELIVER_QUEUE, type DeliverJob } from './queues.ts';
import { type DueDelivery, findNotification, insertAttempt, lockDelivery, updateDelivery } from './store.ts';

/** Attempts of one round; the pauses between them add up to some hours. */
export const MAX_ATTEMPTS = 6;
const MAX_PAUSE_SECONDS = 2 * 3600;

/** Channels whose receivers recognise a repetition, so that what may have arrived is sent again. */
const REPEATABLE: readonly Channel[] = ['webhook'];

/** The error of a delivery whose job failed too often. */
const DEAD = 'INTERNAL';

/** What a webhook of a person and its secret are sealed to. */
export const placeOfWebhook = (userId: string) => `notification-webhook:${userId}`;

/**
 * Carries deliveries out. An attempt is written down as `sending` before anything leaves. When a process dies in between,
 * the next one knows that it may have left: a webhook is repeated under the same id, an e-mail or text message never.
 */
export function createDeliver(parts: NotificationParts) {
  const { database, jobs, events, identity, mailer, mailFrom, twilio, guard, sealer } = parts;
  const { links, now, atDelivery } = parts;

  jobs.define<DeliverJob>({
    name: DELIVER_QUEUE,
    priority: 'high',
    concurrency: 4,
    batch: 10,
    retryLimit: 20,
    retryDelay: 2,
    retryDelayMax: 300,
    expireInSeconds: 240,
    handle: (job, { signal }) => attempt(job, signal),
    onDead: ({ tenantId, deliveryId, round }, reason) =>
      database.withTenant(tenantId, async (transaction) => {
        const delivery = await lockDelivery(transaction, deliveryId);
        if (!delivery || delivery.round !== round || delivery.ended_at !== null) return;
        const state = delivery.state === 'sending' ? 'unknown' : 'failed';
        await end(transaction, tenantId, delivery, state, DEAD, reason);
      }),
    onRetry: async (transaction, { deliveryId, round, attempt }) => {
      const delivery = await lockDelivery(transaction, deliveryId);
      if (delivery?.round !== round || delivery.state !== 'failed' || delivery.error_code !== DEAD) return;
      await updateDelivery(transaction, deliveryId, {
        state: 'pending',
        attempts: attempt - 1,
        error_code: null,
        error: null,
        ended_at: null,
      });
    },
  });

  async function attempt(job: DeliverJob, signal: AbortSignal): Promise<void> {
    const { tenantId, deliveryId } = job;
    const delivery = await database.withTenant(tenantId, (transaction) => claim(transaction, job));
    if (!delivery) return;
    const { address } = delivery;
    atDelivery('claimed', { deliveryId, address });
    const began = now();
    const started = performance.now();
    const outcome = await send(tenantId, delivery, signal);
    atDelivery('acted', { deliveryId, address });
    await database.withTenant(tenantId, async (transaction) => {
      const held = await lockDelivery(transaction, deliveryId);
      if (!held || held.round !== job.round || held.attempts !== job.attempt) return;
      await insertAttempt(transaction, {
        delivery_id: deliveryId,
        started_at: began,
        duration_ms: Math.round(performance.now() - started),
        outcome: outcome.kind,
        code: outcome.kind === 'sent' ? null : outcome.code,
        message: outcome.kind === 'sent' ? null : outcome.message.slice(0, 500),
      });
      await settle(transaction, job, held, outcome);
    });
    atDelivery('settled', { deliveryId, address });
  }

  /** Takes a delivery up for one attempt; null when there is nothing to do now. */
  async function claim(transaction: TenantTransaction, job: DeliverJob): Promise<DueDelivery | null> {
    const { tenantId, deliveryId, round } = job;
    const delivery = await lockDelivery(transaction, deliveryId);
    if (!delivery || delivery.round !== round) return null;
    const { state, channel, address } = delivery;
    if (state === 'sending') {
      if (delivery.attempts !== job.attempt) return null;
      if (REPEATABLE.includes(channel)) return delivery;
      await end(
        transaction,
        tenantId,
        delivery,
        'unknown',
        'PROCESS_LOST',
        'The process ended while it was sent; it may have arrived and is not repeated.',
      );
      return null;
    }
    if ((state !== 'pending' && state !== 'deferred') || delivery.attempts !== job.attempt - 1) return null;
    if (!(await mayLeave(transaction, channel, address))) {
      await end(transaction, tenantId, delivery, 'skipped', NOT_CONFIRMED.code, NOT_CONFIRMED.why);
      return null;
    }
    const listed = await findSuppression(transaction, channel, address);
    if (listed) {
      await end(
        transaction,
        tenantId,
        delivery,
        'suppressed',
        `SUPPRESSED_${listed.reason.toUpperCase()}`,
        'The address is on the suppression list.',
      );
      return null;
    }
    if (!(await isWanted(transaction, job, delivery))) return null;
    await updateDelivery(transaction, deliveryId, {
      state: 'sending',
      attempts: job.attempt,
      sending_at: now(),
      not_before: null,
    });
    return { ...delivery, state: 'sending', attempts: job.attempt };
  }

  /** Whether the company may reach an address at all: one that a person opened sends no text messages. */
  async function mayLeave(
    transaction: TenantTransaction,
    channel: Channel,
    address: string,
  ): Promise<boolean> {
    if (channel === 'email') return identity.mayWriteTo(transaction, address);
    return channel !== 'sms' || !(await identity.isOpenedByPerson(transaction));
  }

  /** Looks again what the recipient wants: they may have unsubscribed meanwhile, or it is night by now. */
  async function isWanted(
    transaction: TenantTransaction,
    job: DeliverJob,
    delivery: DueDelivery,
  ): Promise<boolean> {
    const { owner, user_id: userId, template, critical, channel, address } = delivery;
    const email = channel === 'email' ? address : null;
    const wishes = await wishesOf(transaction, { owner, userId, email });
    if (channel === 'sms' && userId !== null && verifiedPhoneOf(wishes.profile) !== address) {
      await end(transaction, job.tenantId, delivery, 'skipped', NOT_VERIFIED.code, NOT_VERIFIED.why);
      return false;
    }
    if (delivery.regardless) return isDigestWanted(transaction, job, delivery, wishes);
    const category = delivery.category as Category;
    const way = decide(wishes, { template, category, critical, channel }, now());
    if (way.do === 'wait') {
      await defer(transaction, job, way.until);
      return false;
    }
    if (way.do === 'skip' && way.code === 'PREFERENCE_OFF') {
      await end(transaction, job.tenantId, delivery, 'skipped', way.code, way.why);
      return false;
    }
    return true;
  }

  /** A digest that waits is not sent once its recipient has unsubscribed from all that is in it. */
  async function isDigestWanted(
    transaction: TenantTransaction,
    { tenantId }: DeliverJob,
    delivery: DueDelivery,
    wishes: Wishes,
  ): Promise<boolean> {
    const batchId = /^digest:(.+)$/.exec(delivery.source ?? '')?.[1];
    if (batchId === undefined) return true;
    const items = await itemsOf(transaction, batchId, 'digested', MAX_ITEMS);
    if (items.length === 0 || items.some((item) => !isOff(wishes, item))) return true;
    await end(transaction, tenantId, delivery, 'skipped', UNWANTED.code, UNWANTED.why);
    return false;
  }

  async function send(tenantId: string, delivery: DueDelivery, signal: AbortSignal): Promise<Outcome> {
    const { id: deliveryId, notification_id: notificationId, round, address, content, critical } = delivery;
    const { subject = '', html = '', text } = content;
    if (delivery.channel === 'email')
      return sendEmail(mailer, mailFrom, {
        deliveryId,
        round,
        to: address,
        subject,
        html,
        text,
        unsubscribe: critical ? null : links.linkTo({ tenantId, notificationId }),
      });
    if (delivery.channel === 'sms') {
      if (!twilio)
        return { kind: 'refused', code: 'SMS_NOT_CONNECTED', message: 'Text messages are not connected.' };
      const query = new URLSearchParams({ delivery: deliveryId, attempt: `${round}.${delivery.attempts}` });
      const statusCallback = `${parts.publicUrl.replace(/\/+$/, '')}/callbacks/twilio/status?${query}`;
      return twilio.send({ to: address, body: text, statusCallback }, signal);
    }
    return webhook(tenantId, delivery, signal);
  }

  async function webhook(tenantId: string, delivery: DueDelivery, signal: AbortSignal): Promise<Outcome> {
    const found = await database.withTenant(tenantId, async (transaction) => ({
      profile: delivery.user_id === null ? undefined : await profileOf(transaction, delivery.user_id),
      notification: await findNotification(transaction, delivery.notification_id),
    }));
    const { profile, notification } = found;
    if (!profile?.webhook_url || !profile.webhook_secret || !notification)
      return { kind: 'refused', code: 'NO_ADDRESS', message: 'The recipient has no webhook any more.' };
    const place = placeOfWebhook(profile.user_id);
    const { title, summary, link, template, category } = notification;
    return sendWebhook(
      guard,
      {
        deliveryId: delivery.id,
        url: sealer.open(profile.webhook_url, place),
        secret: sealer.open(profile.webhook_secret, place),
        data: { notificationId: notification.id, template, category, title, summary, link },
        sentAt: now(),
      },
      signal,
    );
  }

  async function settle(
    transaction: TenantTransaction,
    job: DeliverJob,
    delivery: DueDelivery,
    outcome: Outcome,
  ): Promise<void> {
    if (delivery.state !== 'sending' && delivery.state !== 'unknown') {
      // A report of the provider came before its answer was stored, and says more.
      if (outcome.kind === 'sent' && delivery.provider_id === null)
        await updateDelivery(transaction, delivery.id, { provider_id: outcome.providerId });
      return;
    }
    if (outcome.kind === 'sent') {
      const state = outcome.arrived ? 'delivered' : 'sent';
      await updateDelivery(transaction, delivery.id, {
        state,
        provider_id: outcome.providerId,
        sent_at: now(),
        error_code: null,
        error: null,
        ended_at: state === 'delivered' ? now() : null,
      });
      return;
    }
    await fail(transaction, job, delivery, outcome);
  }

  /** Tries again later, or ends the delivery. */
  async function fail(
    transaction: TenantTransaction,
    job: DeliverJob,
    delivery: DueDelivery,
    outcome: Exclude<Outcome, { kind: 'sent' }>,
  ): Promise<void> {
    const { tenantId } = job;
    const { kind, code, message } = outcome;
    if (kind === 'refused' && outcome.suppress)
      await addSuppression(transaction, tenantId, delivery, outcome.suppress, message);
    const mayRepeat = kind === 'failed' || (kind === 'unknown' && REPEATABLE.includes(delivery.channel));
    const attempts = code === 'TWILIO_30003' ? 2 : MAX_ATTEMPTS;
    if (mayRepeat && job.attempt < attempts) {
      const pause = Math.min(MAX_PAUSE_SECONDS, parts.retrySeconds * 4 ** (job.attempt - 1));
      await updateDelivery(transaction, delivery.id, { error_code: code, error: message.slice(0, 500) });
      const next = { ...job, attempt: job.attempt + 1 };
      await defer(transaction, next, new Date(now().getTime() + pause * 1000));
      return;
    }
    const state = kind === 'unknown' ? 'unknown' : 'failed';
    if (delivery.state !== state) await end(transaction, tenantId, delivery, state, code, message);
  }

  async function defer(transaction: TenantTransaction, job: DeliverJob, until: Date): Promise<void> {
    await updateDelivery(transaction, job.deliveryId, {
      state: 'deferred',
      not_before: until,
      ended_at: null,
    });
    await jobs.enqueue(transaction, DELIVER_QUEUE, [job], { startAfterSeconds: secondsUntil(until, now()) });
  }

  async function end(
    transaction: TenantTransaction,
    tenantId: string,
    delivery: DueDelivery,
    state: 'failed' | 'unknown' | 'suppressed' | 'skipped',
    code: string,
    reason: string,
  ): Promise<void> {
    await updateDelivery(transaction, delivery.id, {
      state,
      error_code: code,
      error: reason.slice(0, 500),
      not_before: null,
      ended_at: now(),
    });
    if (state !== 'failed' && state !== 'unknown') return;
    await events.publish(transaction, tenantId, 'notification.failed', {
      notificationId: delivery.notification_id,
      deliveryId: delivery.id,
      template: delivery.template,
      channel: delivery.channel as Channel,
      state,
      code,
    });
  }

  /** Puts the address of a delivery on the suppression list. */
  async function addSuppression(
    transaction: TenantTransaction,
    tenantId: string,
    { id, channel, address }: Pick<DueDelivery, 'id' | 'channel' | 'address'>,
    reason: 'bounce' | 'complaint' | 'stop',
    detail: string,
  ): Promise<void> {
    if (channel !== 'email' && channel !== 'sms') return;
    if (await suppress(transaction, { channel, address, reason, detail }))
      await events.publish(transaction, tenantId, 'notification.suppressed', {
        channel,
        reason,
        deliveryId: id,
      });
  }

  return { fail, end, addSuppression };
}

export type Deliver = ReturnType<typeof createDeliver>;
