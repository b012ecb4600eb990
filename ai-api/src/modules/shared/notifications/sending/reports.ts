import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { readSesReport, type SesReport } from '../channels/ses-report.ts';
import { failureOf } from '../channels/twilio.ts';
import type { NotificationParts } from '../parts.ts';
import { release, suppress } from '../suppressions.ts';
import type { Deliver } from './deliver.ts';
import { type DueDelivery, lockDelivery, tenantOfDelivery, tenantsOfPhone, updateDelivery } from './store.ts';

/** What ends text messages by Twilio's default keywords. */
const STOP = /^\s*(stop|stopall|unsubscribe|cancel|end|quit|revoke|optout)\s*$/i;
const START = /^\s*(start|yes|unstop)\s*$/i;

export type Reports = ReturnType<typeof createReports>;

/** What providers report after they took a message. Reports may come twice, late, and in any order. */
export function createReports(parts: NotificationParts, deliver: Deliver) {
  const { database, events, now } = parts;

  /** Writes down what SES reports about an e-mail. */
  async function note(
    transaction: TenantTransaction,
    tenantId: string,
    delivery: DueDelivery,
    what: SesReport['what'],
  ): Promise<void> {
    const end = (code: string, detail: string) =>
      delivery.state === 'failed'
        ? Promise.resolve()
        : deliver.end(transaction, tenantId, delivery, 'failed', code, detail);
    if (what.kind === 'delivered' && mayHaveArrived(delivery))
      await updateDelivery(transaction, delivery.id, {
        state: 'delivered',
        not_before: null,
        sent_at: delivery.sent_at ?? now(),
        ended_at: now(),
        error_code: null,
        error: null,
      });
    if (what.kind === 'bounced') {
      if (what.permanent)
        await deliver.addSuppression(transaction, tenantId, delivery, 'bounce', what.detail);
      const isNow = ['sending', 'sent', 'unknown', 'delivered'].includes(delivery.state);
      if (what.permanent || (what.isLost && isNow)) await end(what.code, what.detail);
      else
        await updateDelivery(transaction, delivery.id, {
          error_code: what.code,
          error: what.detail.slice(0, 500),
        });
    }
    if (what.kind === 'complained') {
      await deliver.addSuppression(transaction, tenantId, delivery, 'complaint', what.detail);
      await updateDelivery(transaction, delivery.id, {
        error_code: 'COMPLAINT',
        error: what.detail.slice(0, 500),
      });
    }
    if (what.kind === 'rejected') await end('REJECTED', what.detail);
  }

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
        await note(transaction, tenantId, delivery, what);
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
        if (!mayHaveArrived(delivery)) return;
        // While it waits for a retry, only the news that it arrived after all matters.
        if (delivery.state === 'deferred' && status !== 'delivered') return;
        if (status === 'delivered' || status === 'sent') {
          const ended = status === 'delivered';
          await updateDelivery(transaction, deliveryId, {
            state: ended ? 'delivered' : 'sent',
            provider_id: sid,
            not_before: null,
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

/** Whether an attempt was made whose message may still arrive, also while the next one waits. */
function mayHaveArrived({ state, attempts }: DueDelivery): boolean {
  return ['sending', 'sent', 'unknown'].includes(state) || (state === 'deferred' && attempts > 0);
}
