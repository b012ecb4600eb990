import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { MailError } from '../../../platform/mail/index.ts';
import { post } from '../../../platform/outbound/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { NOT_CONFIRMED } from '../../shared/identity/index.ts';
import { emailData } from './email.ts';
import type { DecisionSettings } from './service.ts';
import {
  type ApproverRow,
  type DecisionRow,
  findApprover,
  findDecision,
  insertLink,
  lockDecision,
  noteMail,
  updateDecision,
} from './store.ts';
import { hashOf, newToken } from './token.ts';

const MAIL = 'decision.mail';
const EXPIRE = 'decision.expire';
const CALLBACK = 'decision.callback';

/** What a decision's callback URL and its secret are sealed to. */
export function placeOf(decisionId: string): string {
  return `decision:${decisionId}`;
}

/** What is done about decisions in the background: e-mails, the end of the time to decide, callbacks. */
export function createDecisionJobs(
  database: Database,
  jobs: Jobs,
  events: Pick<Events, 'publish'>,
  { publicUrl, mailer, mailFrom, guard, sealer, now, render, suppressionOf, mayWriteTo }: DecisionSettings,
) {
  jobs.define<{ tenantId: string; approverId: string }>({
    name: MAIL,
    priority: 'high',
    concurrency: 2,
    retryLimit: 6,
    retryDelay: 5,
    retryDelayMax: 600,
    expireInSeconds: 240,
    handle: ({ tenantId, approverId }) => sendMail(tenantId, approverId),
    onDead: ({ tenantId, approverId }, reason) =>
      database.withTenant(tenantId, (transaction) => noteMail(transaction, approverId, { error: reason })),
  });

  jobs.define<{ tenantId: string; decisionId: string }>({
    name: EXPIRE,
    concurrency: 1,
    retryLimit: 10,
    retryDelay: 5,
    retryDelayMax: 600,
    expireInSeconds: 60,
    handle: ({ tenantId, decisionId }) =>
      database.withTenant(tenantId, (transaction) => expireNow(transaction, tenantId, decisionId)),
    onDead: async () => {},
  });

  jobs.define<{ tenantId: string; decisionId: string }>({
    name: CALLBACK,
    priority: 'high',
    concurrency: 2,
    retryLimit: 12,
    retryDelay: 2,
    retryDelayMax: 600,
    expireInSeconds: 60,
    handle: ({ tenantId, decisionId }, { signal }) => deliverCallback(tenantId, decisionId, signal),
    onDead: ({ tenantId, decisionId }) =>
      database.withTenant(tenantId, async (transaction) => {
        await updateDecision(transaction, decisionId, { callback_state: 'failed' });
      }),
  });

  /** The link is stored before it is sent, and alone by its hash; a repeated try sends a new one. */
  async function sendMail(tenantId: string, approverId: string): Promise<void> {
    const token = newToken();
    const link = `${publicUrl.replace(/\/+$/, '')}/decide?token=${token}`;
    const found = await database.withTenant(tenantId, async (transaction) => {
      const approver = await findApprover(transaction, approverId);
      const decision = approver && (await findDecision(transaction, approver.decision_id));
      if (decision?.status !== 'pending' || decision.expires_at <= now()) return null;
      const { email } = approver as ApproverRow;
      if (!(await mayWriteTo(transaction, email))) {
        await noteMail(transaction, approverId, { error: NOT_CONFIRMED.why });
        return null;
      }
      const suppressed = await suppressionOf(transaction, email);
      if (suppressed !== null) {
        const error = `The address is on the suppression list (${suppressed}); nothing was sent.`;
        await noteMail(transaction, approverId, { error });
        return null;
      }
      await insertLink(transaction, { hash: hashOf(token), approver_id: approverId });
      const recipient = { name: '', email };
      return {
        email,
        mail: await render(transaction, 'decision', { data: emailData(decision, link), recipient }),
      };
    });
    if (!found) return;
    const { subject, html, text } = found.mail;
    const to = { name: '', address: found.email };
    try {
      await mailer.send({ from: mailFrom, to, subject, html, text });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await database.withTenant(tenantId, (transaction) =>
        noteMail(transaction, approverId, { error: reason }),
      );
      if (error instanceof MailError && !error.retryable) return;
      throw error;
    }
    await database.withTenant(tenantId, (transaction) =>
      noteMail(transaction, approverId, { sentAt: now() }),
    );
  }

  async function expireNow(transaction: TenantTransaction, tenantId: string, id: string): Promise<void> {
    const before = await lockDecision(transaction, id);
    if (before?.status !== 'pending') return;
    const left = before.expires_at.getTime() - now().getTime();
    if (left > 0) {
      await jobs.enqueue(transaction, EXPIRE, [{ tenantId, decisionId: id }], {
        startAfterSeconds: Math.ceil(left / 1000),
      });
      return;
    }
    const row = await updateDecision(transaction, id, { status: 'expired' });
    await events.publish(transaction, tenantId, 'decision.expired', {
      decisionId: id,
      title: row.title,
      reference: row.reference,
      expiresAt: row.expires_at.toISOString(),
    });
    await callBack(transaction, tenantId, row);
  }

  async function callBack(transaction: TenantTransaction, tenantId: string, row: DecisionRow): Promise<void> {
    if (row.callback_url !== null)
      await jobs.enqueue(transaction, CALLBACK, [{ tenantId, decisionId: row.id }]);
  }

  async function deliverCallback(tenantId: string, decisionId: string, signal: AbortSignal): Promise<void> {
    const row = await database.withTenant(tenantId, (transaction) => findDecision(transaction, decisionId));
    if (!row?.callback_url || row.callback_state === 'delivered') return;
    const opened = (sealed: string) => sealer.open(sealed, placeOf(decisionId));
    const message = {
      url: opened(row.callback_url),
      name: 'deliver decision callback',
      id: decisionId,
      body: JSON.stringify({ decisionId, status: row.status }),
      secrets: row.callback_secret === null ? [] : [opened(row.callback_secret)],
      sentAt: now(),
    };
    const { error } = await post(guard, message, signal);
    if (error !== null) throw new Error(`The callback was not delivered. ${error}`);
    await database.withTenant(tenantId, async (transaction) => {
      await updateDecision(transaction, decisionId, { callback_state: 'delivered' });
    });
  }

  return {
    /** Sends each of them a link, once the transaction commits. */
    mail: async (
      transaction: TenantTransaction,
      tenantId: string,
      approvers: ApproverRow[],
    ): Promise<void> => {
      const work = approvers.map(({ id }) => ({ tenantId, approverId: id }));
      if (work.length > 0) await jobs.enqueue(transaction, MAIL, work);
    },

    /** Ends the decision when its time is over. */
    expire: (
      transaction: TenantTransaction,
      tenantId: string,
      { id, expires_at }: DecisionRow,
    ): Promise<void> =>
      jobs.enqueue(transaction, EXPIRE, [{ tenantId, decisionId: id }], {
        startAfterSeconds: Math.max(1, Math.ceil((expires_at.getTime() - now().getTime()) / 1000)),
      }),

    callBack,
  };
}
