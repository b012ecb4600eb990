import type { Logger } from 'pino';
import type { Role } from '../../../contract/operation.ts';
import type { RequestContext } from '../../../http/caller.ts';
import type { RateLimiter } from '../../../http/limits/index.ts';
import { Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Limits } from '../../../platform/limits/index.ts';
import { MailError, type Mailer } from '../../../platform/mail/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import { instant } from '../../../platform/text/instant.ts';
import { type Identity, userView } from '../identity/index.ts';
import type { Notifications } from '../notifications/index.ts';
import { createSignUp } from './sign-up.ts';

const MAIL = 'invitation.mail';
/** Invitations by e-mail that a company sends in 24 hours which a person opened, repeated ones included. */
const INVITATIONS_PER_DAY = 25;
const DAY_SECONDS = 86_400;

export interface InvitationParts {
  database: Database;
  jobs: Jobs;
  identity: Identity;
  notifications: Pick<Notifications, 'render' | 'suppressionOf'>;
  mailer: Mailer;
  mailFrom: string;
  publicUrl: string;
  /** Name of the installation's own company, whose templates and suppressions count for people of none. */
  tenant: string;
  sealer: Sealer;
  limits: Limits;
  limiter: RateLimiter;
  now: () => Date;
  log: Logger;
}

export type Invitations = ReturnType<typeof createInvitations>;

/** Invitations by e-mail, and signing up with an address of a company's domain. */
export function createInvitations(parts: InvitationParts) {
  const { database, jobs, identity, notifications, mailer, mailFrom, publicUrl } = parts;
  const { joining } = identity;

  jobs.define<{ tenantId: string; userId: string }>({
    name: MAIL,
    priority: 'high',
    concurrency: 2,
    retryLimit: 6,
    retryDelay: 5,
    retryDelayMax: 600,
    expireInSeconds: 240,
    handle: ({ tenantId, userId }) => sendMail(tenantId, userId),
    onDead: ({ tenantId, userId }, reason) => note(tenantId, userId, reason),
  });

  const note = (tenantId: string, userId: string, error: string | null) =>
    database.withTenant(tenantId, (transaction) => joining.noteMail(transaction, userId, error));

  /** The secret is made when it is sent, and stored by its hash alone; a repeated try sends a new one. */
  async function sendMail(tenantId: string, userId: string): Promise<void> {
    const made = await database.withTenant(tenantId, async (transaction) => {
      const renewed = await joining.renew(transaction, userId);
      if (!renewed) return null;
      const { user, token, until } = renewed;
      const suppressed = await notifications.suppressionOf(transaction, user.email);
      if (suppressed !== null) {
        const error = `The address is on the suppression list (${suppressed}); nothing was sent.`;
        await joining.noteMail(transaction, userId, error);
        return null;
      }
      const data = {
        company: await identity.tenantName(transaction),
        isNew: user.status === 'invited',
        link: `${publicUrl.replace(/\/+$/, '')}/invitation?token=${token}`,
        until: instant(until),
      };
      const recipient = { name: user.name, email: user.email };
      return { recipient, mail: await notifications.render(transaction, 'invitation', { data, recipient }) };
    });
    if (!made) return;
    const { subject, html, text } = made.mail;
    const to = { name: made.recipient.name, address: made.recipient.email };
    try {
      await mailer.send({ from: mailFrom, to, subject, html, text });
    } catch (error) {
      await note(tenantId, userId, error instanceof Error ? error.message : String(error));
      if (error instanceof MailError && !error.retryable) return;
      throw error;
    }
    await note(tenantId, userId, null);
  }

  /** Whom a company invites that a person opened may know nothing of it. @throws {Problem} RATE_LIMITED */
  async function requireRoom(tenantId: string): Promise<void> {
    if (!(await database.withTenant(tenantId, identity.isOpenedByPerson))) return;
    const places = Array.from({ length: INVITATIONS_PER_DAY }, (_, n) => `invitation:${tenantId}:${n}`);
    if (!(await identity.takePlace(places, DAY_SECONDS)))
      throw new Problem(
        'RATE_LIMITED',
        `This company sends ${INVITATIONS_PER_DAY} invitations in 24 hours.`,
        {
          retryAfter: 3_600,
        },
      );
  }

  return {
    login: identity.login,
    providers: identity.providers,

    /** @throws {Problem} CONFLICT, FORBIDDEN, PLAN_LIMIT_REACHED, RATE_LIMITED */
    send: async (request: RequestContext, member: { email: string; name: string; roles: Role[] }) => {
      identity.requireSignIn();
      const { tenantId } = request.caller;
      await requireRoom(tenantId);
      return database.withTenant(tenantId, async (transaction) => {
        const user = await joining.invite(transaction, request, member);
        await jobs.enqueue(transaction, MAIL, [{ tenantId, userId: user.id }]);
        return userView(transaction, user);
      });
    },

    /** @throws {Problem} NOT_FOUND, CONFLICT for a disabled user, FORBIDDEN, RATE_LIMITED */
    resend: async (request: RequestContext, userId: string) => {
      identity.requireSignIn();
      const { tenantId } = request.caller;
      const find = (transaction: TenantTransaction) => joining.requireEnabled(transaction, request, userId);
      // What is refused takes no place.
      await database.withTenant(tenantId, find);
      await requireRoom(tenantId);
      return database.withTenant(tenantId, async (transaction) => {
        const user = await find(transaction);
        await jobs.enqueue(transaction, MAIL, [{ tenantId, userId }]);
        return userView(transaction, user);
      });
    },

    ...createSignUp(parts, MAIL),
  };
}
