import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { v7 as uuidv7 } from 'uuid';
import { invalidField, Problem } from '../../../../http/problem.ts';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { countInbox, insertInboxItem } from '../inbox/store.ts';
import type { NotificationParts } from '../parts.ts';
import { verifiedPhoneOf } from '../preferences/phone.ts';
import { type Recipient, resolveRecipients } from '../recipients.ts';
import type { Published } from '../templates/catalogue.ts';
import { TemplateError } from '../templates/liquid.ts';
import type { Rendered } from '../templates/render.ts';
import type { Category, Channel } from '../vocabulary.ts';
import { joinBatch } from './batches.ts';
import { decide, NO_ADDRESS, NOT_VERIFIED, timesOf, type Way, type Wishes, wishesOf } from './decide.ts';
import { DELIVER_QUEUE, type DeliverJob, DIGEST_QUEUE } from './queues.ts';
import {
  type DeliveryState,
  deliveriesOf,
  findRepeated,
  insertDelivery,
  insertNotification,
} from './store.ts';

/** What is sent, and to whom. */
export interface Notify {
  /** `executives`, `user:<id>`, `role:<name>`, `builder:<id>`, e-mail addresses and phone numbers. */
  to: readonly string[];
  template: string;
  data: Readonly<Record<string, unknown>>;
  category?: Category | undefined;
  critical?: boolean | undefined;
  channels?: readonly Channel[] | undefined;
  /** The same content is sent once to a recipient with the same key. */
  dedupeKey?: string | undefined;
  /** What caused it, such as `workflow:<id>`. */
  source?: string | undefined;
  /** A language in place of the recipient's. */
  locale?: string | undefined;
}

/** What became of one recipient. */
export interface Sent {
  notificationId: string;
  recipient: string;
  repeated: boolean;
  channels: { channel: Channel; state: DeliveryState }[];
}

/** For what is sent on behalf of its recipient: a digest that is due, and a test. */
export interface How {
  /** A template in place of the published one. */
  published?: Published;
  /** Preferences and quiet hours do not apply. */
  regardless?: boolean;
  /** Where a recipient cannot be reached because of whom the company may write to, nothing is sent at all. */
  strict?: boolean;
}

/** A notification of one recipient. */
interface One {
  tenantId: string;
  by: string;
  request: Notify;
  template: Published;
  recipient: Recipient;
  how: How;
}

interface NewDelivery {
  id: string;
  channel: Channel;
  address: string;
  way: Way;
  rendered: Rendered;
}

export type Notifier = ReturnType<typeof createNotify>;

/** Writes notifications, their deliveries and the work to do them in the transaction that causes them. */
export function createNotify(parts: NotificationParts) {
  const { jobs, events, catalogue, links, identity, now } = parts;

  /**
   * Sends a template to people: each delivery exists if and only if the transaction commits.
   * @throws {Problem} INVALID_INPUT for an unknown recipient, NOT_FOUND for an unknown template, TEMPLATE_INVALID
   */
  async function notify(
    transaction: TenantTransaction,
    { tenantId, by }: { tenantId: string; by: string },
    request: Notify,
    how: How = {},
  ): Promise<Sent[]> {
    const template = how.published ?? (await catalogue.published(transaction, request.template));
    const recipients = await resolveRecipients(transaction, parts, request.to);
    if (how.strict) await requireReach(transaction, recipients);
    const sent: Sent[] = [];
    for (const recipient of recipients)
      sent.push(await notifyOne(transaction, { tenantId, by, request, template, recipient, how }));
    return sent;
  }

  /** @throws {Problem} INVALID_INPUT in a company that a person opened, for a recipient who is none of its users */
  async function requireReach(
    transaction: TenantTransaction,
    recipients: readonly Recipient[],
  ): Promise<void> {
    const stranger = recipients.find(({ userId }) => userId === null);
    if (stranger && (await identity.isOpenedByPerson(transaction)))
      throw invalidField(
        'to',
        `means ${stranger.owner}, who is no user of this company; companies that people opened notify their own users only`,
      );
  }

  async function notifyOne(transaction: TenantTransaction, one: One): Promise<Sent> {
    const { tenantId, by, request, template, recipient, how } = one;
    const { owner, userId } = recipient;
    const id = uuidv7();
    const digest = digestOf(request);
    const repeated = await repeatedOf(transaction, owner, request.dedupeKey, digest);
    if (repeated) return repeated;
    const wishes = await wishesOf(transaction, recipient);
    const critical = request.critical ?? template.content.critical;
    const category = request.category ?? template.content.category;
    const rendered = await fill(
      transaction,
      one,
      wishes,
      critical ? null : links.linkTo({ tenantId, notificationId: id }),
    );
    const isNew = await insertNotification(transaction, {
      id,
      owner,
      user_id: userId,
      name: recipient.name,
      template: template.name,
      version: template.version,
      category,
      critical,
      title: rendered.subject,
      summary: rendered.summary,
      link: rendered.link,
      source: request.source ?? null,
      regardless: how.regardless ?? false,
      dedupe_key: request.dedupeKey ?? null,
      digest,
      created_by: by,
      created_at: now(),
    });
    if (!isNew) {
      const meanwhile = await repeatedOf(transaction, owner, request.dedupeKey, digest);
      if (meanwhile) return meanwhile;
    }
    const channels: Sent['channels'] = [];
    for (const channel of channelsFor(one)) {
      const address = addressOf(channel, recipient, wishes);
      if (address === null && !request.channels?.includes(channel)) continue;
      const way: Way =
        address === null
          ? { do: 'skip', ...(channel === 'sms' && wishes.profile?.phone ? NOT_VERIFIED : NO_ADDRESS) }
          : how.regardless
            ? { do: 'send' }
            : decide(wishes, { template: template.name, category, critical, channel }, now());
      channels.push({
        channel,
        state: await deliver(transaction, one, { id, channel, address: address ?? '', way, rendered }),
      });
    }
    return { notificationId: id, recipient: owner, repeated: false, channels };
  }

  async function fill(
    transaction: TenantTransaction,
    { request, template, recipient }: One,
    wishes: Wishes,
    unsubscribe: string | null,
  ): Promise<Rendered> {
    const { locale } = timesOf(wishes);
    const company = await identity.tenantName(transaction);
    const { name, email } = recipient;
    try {
      return catalogue.fill(template, request.locale ?? locale, request.data, {
        recipient: { name, email },
        company,
        unsubscribe,
      });
    } catch (error) {
      if (error instanceof TemplateError) throw new Problem('TEMPLATE_INVALID', error.message);
      throw error;
    }
  }

  async function repeatedOf(
    transaction: TenantTransaction,
    owner: string,
    dedupeKey: string | undefined,
    digest: string,
  ): Promise<Sent | null> {
    if (dedupeKey === undefined) return null;
    const known = await findRepeated(transaction, owner, dedupeKey, digest);
    if (!known) return null;
    const deliveries = (await deliveriesOf(transaction, [known.id])).get(known.id) ?? [];
    return {
      notificationId: known.id,
      recipient: owner,
      repeated: true,
      channels: deliveries.map(({ channel, state }) => ({ channel, state })),
    };
  }

  async function deliver(
    transaction: TenantTransaction,
    { tenantId, recipient }: One,
    { id, channel, address, way, rendered }: NewDelivery,
  ): Promise<DeliveryState> {
    const deliveryId = uuidv7();
    const base = {
      id: deliveryId,
      notification_id: id,
      channel,
      address,
      content: contentFor(channel, rendered),
      created_at: now(),
    };
    if (way.do === 'skip') {
      await insertDelivery(transaction, {
        ...base,
        state: 'skipped',
        error_code: way.code,
        error: way.why,
        ended_at: now(),
      });
      return 'skipped';
    }
    if (channel === 'inbox') {
      await insertDelivery(transaction, { ...base, state: 'delivered', sent_at: now(), ended_at: now() });
      await insertInboxItem(transaction, id, address);
      await announceInbox(transaction, tenantId, address);
      return 'delivered';
    }
    if (way.do === 'batch') {
      const batch = await joinBatch(transaction, recipient.owner, way.dueAt);
      await insertDelivery(transaction, {
        ...base,
        state: 'batched',
        batch_id: batch.id,
        not_before: way.dueAt,
      });
      if (batch.isNew)
        await jobs.enqueue(transaction, DIGEST_QUEUE, [{ tenantId, batchId: batch.id }], {
          startAfterSeconds: secondsUntil(way.dueAt, now()),
        });
      return 'batched';
    }
    const state = way.do === 'wait' ? 'deferred' : 'pending';
    await insertDelivery(transaction, { ...base, state, not_before: way.do === 'wait' ? way.until : null });
    const job: DeliverJob = { tenantId, deliveryId, round: 1, attempt: 1 };
    await jobs.enqueue(transaction, DELIVER_QUEUE, [job], {
      startAfterSeconds: way.do === 'wait' ? secondsUntil(way.until, now()) : 0,
    });
    return state;
  }

  /** Publishes how many notifications a person has not read. */
  async function announceInbox(
    transaction: TenantTransaction,
    tenantId: string,
    userId: string,
  ): Promise<void> {
    const { unread } = await countInbox(transaction, userId);
    await events.publish(transaction, tenantId, 'inbox.changed', { userId, unread });
  }

  return { notify, announceInbox };
}

/** Whole seconds until a moment, at least one. */
export function secondsUntil(moment: Date, now: Date): number {
  return Math.max(1, Math.ceil((moment.getTime() - now.getTime()) / 1000));
}

function channelsFor({
  request,
  template,
  recipient,
}: Pick<One, 'request' | 'template' | 'recipient'>): readonly Channel[] {
  if (request.channels && request.channels.length > 0) return [...new Set(request.channels)];
  return recipient.phone !== null ? ['sms'] : template.content.channels;
}

function addressOf(channel: Channel, recipient: Recipient, { profile }: Wishes): string | null {
  switch (channel) {
    case 'email':
      return recipient.email;
    case 'sms':
      return recipient.phone ?? verifiedPhoneOf(profile);
    case 'webhook':
      return profile?.webhook_url == null ? null : recipient.owner;
    case 'inbox':
      return recipient.userId;
  }
}

function contentFor(channel: Channel, { subject, html, text, summary, sms, link }: Rendered) {
  if (channel === 'email') return { subject, html, text };
  if (channel === 'sms') return { text: sms };
  return { subject, text: summary, link };
}

function digestOf({ template, data, category, critical, channels }: Notify): string {
  const content = canonicalize({ template, data, category, critical, channels }) ?? '';
  return createHash('sha256').update(content).digest('hex');
}
