import { Problem } from '../../../../http/problem.ts';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { NotificationParts } from '../parts.ts';
import {
  type BatchItem,
  type BatchRow,
  closeBatch,
  endItems,
  itemsOf,
  lockBatch,
  MAX_ITEMS,
  restoreItems,
  setBatchNotification,
} from './batches.ts';
import { isOff, UNWANTED, wishesOf } from './decide.ts';
import { type Notifier, secondsUntil } from './notify.ts';
import { DIGEST_QUEUE, type DigestJob } from './queues.ts';

const MAX_SUMMARY = 280;

/** Characters of one e-mail's items, so that it stays within what a template may make. */
const MAX_CHARACTERS = 80_000;

/** What a delivery has as its error when the digest that it was in could not be sent. */
const FAILED = 'DIGEST_FAILED';

/** Sends digests when they are due: what one contains and its e-mail are written in one transaction. */
export function defineDigests(parts: NotificationParts, { notify }: Notifier): void {
  const { database, jobs, events, now } = parts;

  jobs.define<DigestJob>({
    name: DIGEST_QUEUE,
    concurrency: 1,
    retryLimit: 20,
    retryDelay: 5,
    retryDelayMax: 600,
    expireInSeconds: 60,
    handle: ({ tenantId, batchId }) =>
      database.withTenant(tenantId, async (transaction) => {
        const batch = await lockBatch(transaction, batchId);
        if (batch) await send(transaction, tenantId, batch);
      }),
    onDead: ({ tenantId, batchId }, reason) =>
      database.withTenant(tenantId, async (transaction) => {
        if (!(await lockBatch(transaction, batchId))) return;
        await closeBatch(transaction, batchId);
        await fail(transaction, tenantId, batchId, reason);
      }),
    onRetry: (transaction, { batchId }) => restoreItems(transaction, batchId, FAILED),
  });

  async function send(transaction: TenantTransaction, tenantId: string, batch: BatchRow): Promise<void> {
    const job: DigestJob = { tenantId, batchId: batch.id };
    if (batch.due_at > now()) {
      await jobs.enqueue(transaction, DIGEST_QUEUE, [job], {
        startAfterSeconds: secondsUntil(batch.due_at, now()),
      });
      return;
    }
    const waiting = await itemsOf(transaction, batch.id, 'batched', MAX_ITEMS);
    const items = firstOf(waiting);
    if (items.length === MAX_ITEMS || items.length < waiting.length)
      await jobs.enqueue(transaction, DIGEST_QUEUE, [job]);
    else await closeBatch(transaction, batch.id);
    const wanted = await withoutUnwanted(transaction, batch.owner, items);
    if (wanted.length === 0) return;
    const notificationId = await sendItems(transaction, tenantId, batch, wanted);
    if (notificationId) await setBatchNotification(transaction, batch.id, notificationId);
    await endItems(
      transaction,
      wanted,
      notificationId
        ? { state: 'digested', ended_at: now() }
        : {
            state: 'skipped',
            ended_at: now(),
            error_code: 'NO_ADDRESS',
            error: 'The recipient is no longer a user.',
          },
    );
  }

  /** Skips what the recipient has turned off, or unsubscribed from, since it was put into the digest. */
  async function withoutUnwanted(
    transaction: TenantTransaction,
    owner: string,
    items: readonly BatchItem[],
  ): Promise<BatchItem[]> {
    const [first] = items;
    if (!first) return [];
    const userId = /^user:(.+)$/.exec(owner)?.[1] ?? null;
    const wishes = await wishesOf(transaction, { owner, userId, email: first.address });
    const { unwanted = [], wanted = [] } = Object.groupBy(items, (item) =>
      isOff(wishes, item) ? 'unwanted' : 'wanted',
    );
    await endItems(transaction, unwanted, {
      state: 'skipped',
      ended_at: now(),
      error_code: UNWANTED.code,
      error: UNWANTED.why,
    });
    return wanted;
  }

  /** @returns the id of the e-mail's notification; undefined where the recipient has left since */
  async function sendItems(
    transaction: TenantTransaction,
    tenantId: string,
    { id, owner }: BatchRow,
    items: readonly BatchItem[],
  ): Promise<string | undefined> {
    const request = {
      to: [owner.replace(/^email:/, '')],
      template: 'digest',
      data: {
        items: items.map(({ title, summary, category, link }) => ({
          title,
          summary,
          category,
          link,
        })),
      },
      channels: ['email' as const],
      source: `digest:${id}`,
    };
    const by = { tenantId, by: 'digest' };
    const sent = await notify(transaction, by, request, { regardless: true }).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'INVALID_INPUT') return [];
      throw error;
    });
    return sent[0]?.notificationId;
  }

  /** Ends what is in a digest that could not be sent, so that it is seen and can be sent by itself. */
  async function fail(
    transaction: TenantTransaction,
    tenantId: string,
    batchId: string,
    reason: string,
  ): Promise<void> {
    const failed = {
      state: 'failed',
      ended_at: now(),
      error_code: FAILED,
      error: reason.slice(0, 500),
    } as const;
    let items: BatchItem[];
    do {
      items = await itemsOf(transaction, batchId, 'batched', MAX_ITEMS);
      await endItems(transaction, items, failed);
      for (const { notificationId, deliveryId, template } of items)
        await events.publish(transaction, tenantId, 'notification.failed', {
          notificationId,
          deliveryId,
          template,
          channel: 'email',
          state: 'failed',
          code: FAILED,
        });
    } while (items.length === MAX_ITEMS);
  }
}

/** The first items, at least one, that one e-mail has room for; with short summaries. */
function firstOf(waiting: readonly BatchItem[]): BatchItem[] {
  const items: BatchItem[] = [];
  let left = MAX_CHARACTERS;
  for (const one of waiting) {
    const summary = one.summary.slice(0, MAX_SUMMARY);
    left -= one.title.length + summary.length + (one.link?.length ?? 0);
    if (left < 0 && items.length > 0) break;
    items.push({ ...one, summary });
  }
  return items;
}
