import { Problem } from '../../../../http/problem.ts';
import type { NotificationParts } from '../parts.ts';
import { closeBatch, lockBatch, setBatchNotification } from './batches.ts';
import { type Notifier, secondsUntil } from './notify.ts';
import { DIGEST_QUEUE, type DigestJob } from './queues.ts';

/** Sends digests when they are due: closing one and writing its e-mail is one transaction. */
export function defineDigests(parts: NotificationParts, { notify }: Notifier): void {
  const { database, jobs, now } = parts;

  jobs.define<DigestJob>({
    name: DIGEST_QUEUE,
    concurrency: 1,
    retryLimit: 20,
    retryDelay: 5,
    retryDelayMax: 600,
    expireInSeconds: 60,
    handle: (job) => send(job),
    onDead: async ({ tenantId, batchId }, reason) =>
      parts.log.error({ tenantId, batchId, reason }, 'a digest could not be sent; retry its dead letter'),
  });

  async function send({ tenantId, batchId }: DigestJob): Promise<void> {
    await database.withTenant(tenantId, async (transaction) => {
      const batch = await lockBatch(transaction, batchId);
      if (!batch?.is_open) return;
      if (batch.due_at > now()) {
        await jobs.enqueue(transaction, DIGEST_QUEUE, [{ tenantId, batchId }], {
          startAfterSeconds: secondsUntil(batch.due_at, now()),
        });
        return;
      }
      const items = await closeBatch(transaction, batchId, now());
      if (items.length === 0) return;
      const request = {
        to: [batch.owner.replace(/^email:/, '')],
        template: 'digest',
        data: {
          items: items.map(({ title, summary, category, link }) => ({ title, summary, category, link })),
        },
        channels: ['email' as const],
        source: `digest:${batchId}`,
      };
      const by = { tenantId, by: 'digest' };
      const sent = await notify(transaction, by, request, { regardless: true }).catch((error: unknown) => {
        // The person has left since: there is nowhere to send it.
        if (error instanceof Problem && error.code === 'INVALID_INPUT') return [];
        throw error;
      });
      if (sent[0]) await setBatchNotification(transaction, batchId, sent[0].notificationId);
    });
  }
}
