import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Mailer } from '../../../platform/mail/index.ts';
import { newSigningSecret, type OutboundGuard, UrlRefused } from '../../../platform/outbound/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import { createDecisionJobs, placeOf } from './jobs.ts';
import {
  addApprovers,
  approversOf,
  type DecisionRow,
  type Filter,
  findApprover,
  findByReference,
  findDecision,
  findLink,
  insertDecision,
  listDecisions,
  lockDecision,
  updateDecision,
} from './store.ts';
import { hashOf } from './token.ts';
import { decisionView } from './views.ts';

const DEFAULT_HOURS = 72;
const MAX_DAYS = 366;

export interface DecisionSettings {
  /** Where people reach the confirmation page. */
  publicUrl: string;
  mailer: Mailer;
  /** Sender of the e-mails. */
  mailFrom: string;
  guard: OutboundGuard;
  sealer: Sealer;
  /** Fills the template of the e-mails in. */
  render: Notifications['render'];
  /** Why nothing may be sent to an address. */
  suppressionOf: Notifications['suppressionOf'];
  /** Whether the company may have an e-mail sent to an address. */
  mayWriteTo: Identity['mayWriteTo'];
  now: () => Date;
}

interface NewDecision {
  title: string;
  message?: string | undefined;
  details?: Record<string, string | number | boolean> | undefined;
  approvers?: string[] | undefined;
  notify: boolean;
  approveLabel: string;
  declineLabel: string;
  reasonRequired: boolean;
  expiresAt?: string | undefined;
  reference?: string | undefined;
  callbackUrl?: string | undefined;
}

/** An answer to a question, and how it came. */
export interface Verdict {
  choice: 'approved' | 'declined';
  reason?: string | undefined;
  via: 'link' | 'api';
  by: string;
}

export type Decisions = ReturnType<typeof createDecisions>;

/** Questions to people: asked once, answered once, and everyone who waits for the answer is notified. */
export function createDecisions(
  database: Database,
  jobs: Jobs,
  events: Pick<Events, 'publish'>,
  settings: DecisionSettings,
) {
  const { guard, sealer, now } = settings;
  const decisionJobs = createDecisionJobs(database, jobs, events, settings);

  async function view(transaction: TenantTransaction, row: DecisionRow) {
    return decisionView(row, await approversOf(transaction, [row.id]));
  }

  /** Adds those who were not asked yet, whatever the case of their address, and answers them. */
  async function ask(transaction: TenantTransaction, id: string, emails: string[]) {
    const known = new Set((await approversOf(transaction, [id])).map(({ email }) => email.toLowerCase()));
    const fresh = emails.filter((email) => !known.has(email.toLowerCase()));
    return addApprovers(
      transaction,
      id,
      fresh.map((email) => ({ id: uuidv7(), email })),
    );
  }

  /** The decision, locked, while it can still be made. @throws {Problem} NOT_FOUND, CONFLICT */
  async function lockPending(transaction: TenantTransaction, id: string): Promise<DecisionRow> {
    const row = await lockDecision(transaction, id);
    if (!row) throw notFound('decision', id);
    if (row.status !== 'pending') throw new Problem('CONFLICT', `The decision is already ${row.status}.`);
    if (row.expires_at <= now()) throw new Problem('CONFLICT', 'The deadline has passed.');
    return row;
  }

  async function settle(
    transaction: TenantTransaction,
    actor: Actor,
    id: string,
    verdict: Verdict,
  ): Promise<DecisionRow> {
    const before = await lockPending(transaction, id);
    if (before.reason_required && !verdict.reason)
      throw invalidField('reason', 'is needed for this decision');
    const decidedAt = now();
    const row = await updateDecision(transaction, id, {
      status: verdict.choice,
      reason: verdict.reason || null,
      decided_at: decidedAt,
      decided_via: verdict.via,
      decided_by: verdict.by,
    });
    await events.publish(transaction, actor.tenantId, 'decision.made', {
      decisionId: id,
      title: row.title,
      reference: row.reference,
      status: verdict.choice,
      via: verdict.via,
      decidedAt: decidedAt.toISOString(),
    });
    await decisionJobs.callBack(transaction, actor.tenantId, row);
    await audit(transaction, actor, id, { ...verdict });
    return row;
  }

  /** Stores a question and has it sent; one with the same reference is answered with the first. */
  async function createIn(
    transaction: TenantTransaction,
    actor: Actor,
    input: NewDecision,
    expiresAt = expiryOf(input.expiresAt, now()),
  ) {
    const id = uuidv7();
    const { approvers = [], callbackUrl } = input;
    const callbackSecret = callbackUrl === undefined ? null : newSigningSecret();
    const sealed = (text: string | null | undefined) =>
      text == null ? null : sealer.seal(text, placeOf(id));
    const row = await insertDecision(transaction, {
      id,
      title: input.title,
      message: input.message || null,
      details: JSON.stringify(Object.entries(input.details ?? {})),
      approve_label: input.approveLabel,
      decline_label: input.declineLabel,
      reason_required: input.reasonRequired,
      reference: input.reference ?? null,
      callback_url: sealed(callbackUrl),
      callback_secret: sealed(callbackSecret),
      callback_state: callbackUrl === undefined ? null : 'pending',
      requested_by: displayName(actor),
      expires_at: expiresAt,
    });
    if (!row) {
      const first = await findByReference(transaction, input.reference as string);
      return { ...(await view(transaction, first as DecisionRow)), created: false, callbackSecret: null };
    }
    const asked = await ask(transaction, id, approvers);
    if (input.notify) await decisionJobs.mail(transaction, actor.tenantId, asked);
    await decisionJobs.expire(transaction, actor.tenantId, row);
    await events.publish(transaction, actor.tenantId, 'decision.requested', {
      decisionId: id,
      title: row.title,
      reference: row.reference,
      approvers: asked.length,
      expiresAt: expiresAt.toISOString(),
    });
    const { callbackUrl: _secret, ...audited } = input;
    await audit(transaction, actor, id, audited);
    return { ...(await view(transaction, row)), created: true, callbackSecret };
  }

  return {
    /** @throws {Problem} INVALID_INPUT, WEBHOOK_URL_REFUSED */
    create: async (actor: Actor, input: NewDecision) => {
      const expiresAt = expiryOf(input.expiresAt, now());
      if (input.callbackUrl !== undefined) await checkUrl(guard, input.callbackUrl);
      return database.withTenant(actor.tenantId, (transaction) =>
        createIn(transaction, actor, input, expiresAt),
      );
    },

    /** A question without a callback, asked if and only if the transaction commits. */
    createIn: (transaction: TenantTransaction, actor: Actor, input: Omit<NewDecision, 'callbackUrl'>) =>
      createIn(transaction, actor, input),

    list: (tenantId: string, filter: Filter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listDecisions(transaction, filter, before, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const approvers = await approversOf(
              transaction,
              rows.map(({ id }) => id),
            );
            return rows.map((row) => decisionView(row, approvers));
          },
        }),
      ),

    get: (tenantId: string, id: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await findDecision(transaction, id);
        if (!row) throw notFound('decision', id);
        return view(transaction, row);
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT, INVALID_INPUT */
    decide: (actor: Actor, id: string, choice: Verdict['choice'], reason: string | undefined) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const by = displayName(actor);
        return view(transaction, await settle(transaction, actor, id, { choice, reason, via: 'api', by }));
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT */
    remind: (
      actor: Actor,
      id: string,
      { approvers = [], onlyNew }: { approvers?: string[] | undefined; onlyNew: boolean },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await lockPending(transaction, id);
        const fresh = await ask(transaction, id, approvers);
        const asked = onlyNew ? fresh : await approversOf(transaction, [id]);
        await decisionJobs.mail(transaction, actor.tenantId, asked);
        await audit(transaction, actor, id, { approvers, onlyNew });
        return view(transaction, row);
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT */
    cancel: (actor: Actor, id: string, reason: string | undefined) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lockPending(transaction, id);
        const row = await updateDecision(transaction, id, { status: 'cancelled', reason: reason || null });
        const { title, reference } = row;
        const cancelled = { decisionId: id, title, reference };
        await events.publish(transaction, actor.tenantId, 'decision.cancelled', cancelled);
        await audit(transaction, actor, id, { reason });
        return view(transaction, row);
      }),

    /** What a link shows: the decision, whose link it is, and whether the time is over; null for a link that was never sent. */
    open: async (token: string) => {
      const link = await findLink(database, hashOf(token));
      if (!link) return null;
      return database.withTenant(link.tenantId, async (transaction) => {
        const approver = await findApprover(transaction, link.approverId);
        const row = approver && (await findDecision(transaction, approver.decision_id));
        return row
          ? { decision: decisionView(row, []), email: approver.email, isOver: row.expires_at <= now() }
          : null;
      });
    },

    /** Decides as the person whose link it is. @throws {Problem} NOT_FOUND, CONFLICT, INVALID_INPUT */
    answer: async (
      token: string,
      choice: Verdict['choice'],
      reason: string | undefined,
      requestId: string,
    ) => {
      const link = await findLink(database, hashOf(token));
      if (!link) throw new Problem('NOT_FOUND', 'This link is not valid.');
      await database.withTenant(link.tenantId, async (transaction) => {
        const approver = await findApprover(transaction, link.approverId);
        if (!approver) throw new Problem('NOT_FOUND', 'This link is not valid.');
        const actor: Actor = {
          tenantId: link.tenantId,
          keyId: null,
          name: 'decision link',
          actingFor: null,
          operation: 'decision.answer',
          requestId,
        };
        await settle(transaction, actor, approver.decision_id, {
          choice,
          reason,
          via: 'link',
          by: approver.email,
        });
      });
    },
  };
}

function expiryOf(given: string | undefined, now: Date): Date {
  if (given === undefined) return new Date(now.getTime() + DEFAULT_HOURS * 3_600_000);
  const at = new Date(given);
  if (at <= now) throw invalidField('expiresAt', 'must be in the future');
  if (at.getTime() > now.getTime() + MAX_DAYS * 86_400_000)
    throw invalidField('expiresAt', `must be within ${MAX_DAYS} days`);
  return at;
}

async function checkUrl(guard: OutboundGuard, url: string): Promise<void> {
  await guard.check(url).catch((error: unknown) => {
    if (error instanceof UrlRefused) throw new Problem('WEBHOOK_URL_REFUSED', error.message);
    throw error;
  });
}

async function audit(
  transaction: TenantTransaction,
  actor: Actor,
  id: string,
  content: Record<string, unknown>,
): Promise<void> {
  const subject = `decision:${id}`;
  await record(transaction, actor, { subject, details: [{ about: [subject], content }] });
}
