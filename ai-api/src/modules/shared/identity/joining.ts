import { v7 as uuidv7 } from 'uuid';
import type { Role } from '../../../contract/operation.ts';
import type { RequestContext } from '../../../http/caller.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, actorOf, record, systemActor } from '../audit/index.ts';
import type { AccountsOf } from './accounts.ts';
import { covers, rolesOf } from './claims.ts';
import { digest, newSecret } from './digest.ts';
import { tenantOfDomain, verifiedDomain } from './domain-store.ts';
import type { MemberRoom } from './member-room.ts';
import { changeUser, findUser, insertUser, noteRequest, type UserRecord } from './user-store.ts';

/** For how long an invitation may be taken. */
const INVITATION_MS = 7 * 24 * 3_600_000;
/** For how long the link for a forgotten password works. */
const RESET_MS = 3_600_000;
/** Someone who signs up again within this time is sent no further e-mail. */
const QUIET_MS = 10 * 60_000;

interface NewMember {
  email: string;
  name: string;
  roles: Role[];
}

/**
 * A secret that lets its holder set the password of an account, and what is stored of it.
 * @param byMail it goes to the address of the account alone, so that its holder has proven the address
 */
export function newInvitation(now: Date, { ms = INVITATION_MS, byMail = false } = {}) {
  const token = newSecret();
  const until = new Date(now.getTime() + ms);
  return {
    token,
    until,
    columns: { invitation_hash: digest(token), invitation_until: until, invitation_by_mail: byMail },
  };
}

/** @throws {Problem} FORBIDDEN for a role that the caller does not have */
export function refuseBeyond({ caller }: Pick<RequestContext, 'caller'>, roles: readonly Role[]): void {
  const beyond = roles.find((role) => !covers(caller.roles, role));
  if (beyond) throw new Problem('FORBIDDEN', `You do not have the role ${beyond} that you want to give.`);
}

/** Adds a user, with its entry in the audit trail. @throws {Problem} CONFLICT when the address is taken */
export async function addUser(
  transaction: TenantTransaction,
  actor: Actor,
  values: Omit<Parameters<typeof insertUser>[1], 'id'> & { id?: string },
): Promise<UserRecord> {
  const row = await insertUser(transaction, { ...values, id: values.id ?? uuidv7() });
  if (!row) throw new Problem('CONFLICT', 'A user with this e-mail address already exists.');
  const subject = `user:${row.id}`;
  const { email, name, roles, status } = row;
  await record(transaction, actor, {
    subject,
    details: [{ about: [subject], content: { email, name, roles, status } }],
  });
  return row;
}

/** A user. @throws {Problem} NOT_FOUND */
export async function requireUser(transaction: TenantTransaction, userId: string): Promise<UserRecord> {
  const row = await findUser(transaction, { id: userId });
  if (!row) throw notFound('user', userId);
  return row;
}

/** How people become users: invited by an administrator, or by the domain of their e-mail address. */
export function createJoining(database: Database, accountsOf: AccountsOf, room: MemberRoom, now: () => Date) {
  return {
    /** @throws {Problem} CONFLICT, FORBIDDEN, PLAN_LIMIT_REACHED */
    invite: async (
      transaction: TenantTransaction,
      request: RequestContext,
      member: NewMember,
    ): Promise<UserRecord> => {
      refuseBeyond(request, member.roles);
      await room.require(transaction, request.caller.tenantId);
      return addUser(transaction, actorOf(request), { ...member, status: 'invited' });
    },

    /** The user to invite again. @throws {Problem} NOT_FOUND, CONFLICT when they are disabled, FORBIDDEN */
    requireEnabled: async (
      transaction: TenantTransaction,
      request: RequestContext,
      userId: string,
    ): Promise<UserRecord> => {
      const user = await requireUser(transaction, userId);
      refuseBeyond(request, rolesOf(user));
      if (user.status === 'disabled') throw new Problem('CONFLICT', 'This account is disabled.');
      const subject = `user:${userId}`;
      await record(transaction, actorOf(request), { subject, details: [] });
      return user;
    },

    /** The company whose verified domain an address has; null when there is none. */
    companyOf: (email: string): Promise<string | null> => tenantOfDomain(database, email),

    /**
     * The user with an address of a verified domain to whom a link is sent, also for a forgotten password; a new one is
     * added, and counts as a member once they have followed the link. Null for a user who is disabled, or requested a link
     * in the last ten minutes.
     */
    join: async (
      transaction: TenantTransaction,
      tenantId: string,
      { email, name }: Pick<NewMember, 'email' | 'name'>,
    ): Promise<string | null> => {
      const domain = await verifiedDomain(transaction, email);
      if (!domain) return null;
      const known = await findUser(transaction, { email });
      if (known?.status === 'disabled') return null;
      const { id } =
        known ??
        (await addUser(transaction, systemActor(tenantId, 'account.register'), {
          email,
          name,
          roles: domain.roles,
          status: 'invited',
          self_registered: true,
        }));
      return (await noteRequest(transaction, id, now(), QUIET_MS)) ? id : null;
    },

    accountsOf,

    /** Notes that a new password was requested. @returns false within ten minutes of the last time, or for a disabled user */
    requestReset: async (
      transaction: TenantTransaction,
      tenantId: string,
      userId: string,
    ): Promise<boolean> => {
      const user = await findUser(transaction, { id: userId });
      if (user?.status !== 'active' || user.password_hash === null) return false;
      if (!(await noteRequest(transaction, userId, now(), QUIET_MS))) return false;
      const actor = systemActor(tenantId, 'account.forgotPassword');
      await record(transaction, actor, { subject: `user:${userId}`, details: [] });
      return true;
    },

    /** A new secret for an invited user or a forgotten password; the one before ends. Null when they are gone. */
    renew: async (transaction: TenantTransaction, userId: string) => {
      const user = await findUser(transaction, { id: userId });
      if (!user || user.status === 'disabled') return null;
      const ms = user.status === 'invited' ? INVITATION_MS : RESET_MS;
      const { token, until, columns } = newInvitation(now(), { ms, byMail: true });
      await changeUser(transaction, userId, { ...columns, invitation_error: null });
      return { user, token, until };
    },

    /** Notes that the e-mail was sent, or why it was not. */
    noteMail: async (transaction: TenantTransaction, userId: string, error: string | null): Promise<void> => {
      const sent = error === null ? { invitation_sent_at: now() } : {};
      await changeUser(transaction, userId, { ...sent, invitation_error: error });
    },
  };
}
