import { readSesReport } from '../channels/ses-report.ts';
import { failureOf } from '../channels/twilio.ts';
import type { NotificationParts } from '../parts.ts';
import { release, suppress } from '../suppressions.ts';
import type { Deliver } from './deliver.ts';
import { lockDelivery, tenantOfDelivery, tenantsOfPhone, updateDelivery } from './store.ts';

const STOP = /^\s*(stop|stopall|unsubscribe|cancel|end|quit)\s*$/i;
const START = /^\s*(start|yes|unstop)\s*$/i;

export type Reports = ReturnType<typeof createReports>;

/** What providers report after they took a message. Reports may come twice, late, and in any order. */
export function createReports(parts: NotificationParts, deliver: Deliver) {
  const { database, events, now } = parts;

  return {
    /** A report of SES about one of our mails; others are ignored. @returns whether it was ours */
    ofSes: async (text: string): Promise<boolean> => {
      const report = readSesReport(text);
      if (!report) return false;
      const { deliveryId, providerId, what } = report;
      const found = await tenantOfDelivery(
        database,
        deliveryId === null ? { providerId } : { id: deliveryId },
      );
      if (!found) return false;
      const { tenantId } = found;
      await database.withTenant(tenantId, async (transaction) => {
        const delivery = await lockDelivery(transaction, found.deliveryId);
        if (delivery?.channel !== 'email') return;
        if (what.kind === 'delivered' && ['sending', 'sent', 'unknown'].includes(delivery.state))
          await updateDelivery(transaction, delivery.id, {
            state: 'delivered',
            sent_at: delivery.sent_at ?? now(),
            ended_at: now(),
          });
        if (what.kind === 'bounced') {
          if (what.permanent) {
            await deliver.addSuppression(transaction, tenantId, delivery, 'bounce', what.detail);
            if (delivery.state !== 'failed')
              await deliver.end(transaction, tenantId, delivery, 'failed', what.code, what.detail);
          } else
            await updateDelivery(transaction, delivery.id, {
              error_code: what.code,
              error: what.detail.slice(0, 500),
            });
        }
        if (what.kind === 'complained') {
          await deliver.addSuppression(transaction, tenantId, delivery, 'complaint', what.detail);
          await updateDelivery(transaction, delivery.id, { error_code: 'COMPLAINT', error: what.detail });
        }
        if (what.kind === 'rejected' && delivery.state !== 'failed')
          await deliver.end(transaction, tenantId, delivery, 'failed', 'REJECTED', what.detail);
      });
      return true;
    },

    /**
     * A report of Twilio about a text message.
     * @param attempt round and attempt that it is about, such as `1.2`: reports of earlier attempts change nothing
     */
    ofTwilio: async (deliveryId: string, attempt: string, form: Record<string, string>): Promise<void> => {
      const found = await tenantOfDelivery(database, { id: deliveryId });
      if (!found) return;
      const { tenantId } = found;
      const { MessageSid: sid = null, MessageStatus: status = '', ErrorCode: code = '' } = form;
      await database.withTenant(tenantId, async (transaction) => {
        const delivery = await lockDelivery(transaction, deliveryId);
        if (delivery?.channel !== 'sms' || attempt !== `${delivery.round}.${delivery.attempts}`) return;
        if (!['sending', 'sent', 'unknown'].includes(delivery.state)) return;
        if (status === 'delivered' || status === 'sent') {
          const ended = status === 'delivered';
          await updateDelivery(transaction, deliveryId, {
            state: ended ? 'delivered' : 'sent',
            provider_id: sid,
            sent_at: delivery.sent_at ?? now(),
            ended_at: ended ? now() : null,
            error_code: null,
            error: null,
          });
        }
        if (status === 'undelivered' || status === 'failed') {
          const job = { tenantId, deliveryId, round: delivery.round, attempt: delivery.attempts };
          const reason = `Twilio reported ${status}${code === '' ? '' : ` with error ${code}`}.`;
          await deliver.fail(transaction, job, delivery, failureOf(code || '0', reason));
        }
      });
    },

    /** An answer to our number: STOP ends all text messages to it, START lets them in again. */
    ofPhone: async (phone: string, text: string): Promise<void> => {
      const isStop = STOP.test(text);
      if (!isStop && !START.test(text)) return;
      for (const tenantId of await tenantsOfPhone(database, phone))
        await database.withTenant(tenantId, async (transaction) => {
          if (!isStop) {
            await release(transaction, 'sms', phone, 'stop');
            return;
          }
          const listed = { channel: 'sms', address: phone, reason: 'stop', detail: text } as const;
          if (await suppress(transaction, listed))
            await events.publish(transaction, tenantId, 'notification.suppressed', {
              channel: 'sms',
              reason: 'stop',
              deliveryId: null,
            });
        });
    },
  };
}
