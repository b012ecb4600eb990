import type { RequestContext } from '../../../http/caller.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { actorOf, record } from '../audit/index.ts';
import { announceChange, type Changes } from './changes.ts';
import { covers, rolesOf } from './claims.ts';
import { findByIssuer, findUser, linkIssuer, type UserRecord, unlinkIssuer } from './user-store.ts';

/** An account of a person at ToolJet or another system. */
export interface ExternalAccount {
  issuer: string;
  subject: string;
}

/**
 * Links of people with their accounts elsewhere, as admins make them.
 * @param openIssuers providers of several companies: a link decides where the person gets to, so only they make it
 */
export function createLinks(database: Database, changes: Changes, openIssuers: readonly string[]) {
  async function change(
    request: RequestContext,
    userId: string,
    account: ExternalAccount,
    write: (transaction: TenantTransaction, user: UserRecord) => Promise<boolean>,
  ): Promise<void> {
    const actor = actorOf(request);
    const subject = `user:${userId}`;
    await database.withTenant(actor.tenantId, async (transaction) => {
      const user = await findUser(transaction, { id: userId });
      if (!user) throw notFound('user', userId);
      const beyond = rolesOf(user).find((role) => !covers(request.caller.roles, role));
      if (beyond)
        throw new Problem('FORBIDDEN', `This person has the role ${beyond}, which you do not have.`);
      if (!(await write(transaction, user))) return;
      await announceChange(transaction);
      await record(transaction, actor, { subject, details: [{ about: [subject], content: account }] });
    });
    changes.tell();
  }

  return {
    /** @throws {Problem} NOT_FOUND, FORBIDDEN, CONFLICT when the account is linked to another user */
    link: async (request: RequestContext, userId: string, account: ExternalAccount) => {
      if (openIssuers.includes(account.issuer))
        throw invalidField(
          'issuer',
          'is a sign-in provider of several companies: people link it by signing in',
        );
      return change(request, userId, account, async (transaction, { id }) => {
        const { issuer, subject } = account;
        const before = await findByIssuer(transaction, issuer, subject);
        if (!before) await linkIssuer(transaction, id, issuer, subject);
        const after = await findByIssuer(transaction, issuer, subject);
        if (after?.id !== id)
          throw new Problem('CONFLICT', 'This account is linked to another user. Unlink it there first.');
        return !before;
      });
    },

    /** @throws {Problem} NOT_FOUND also when there is no such link, FORBIDDEN */
    unlink: (request: RequestContext, userId: string, account: ExternalAccount) =>
      change(request, userId, account, async (transaction, { id }) => {
        if (await unlinkIssuer(transaction, id, account.issuer, account.subject)) return true;
        throw notFound('account', `${account.issuer}:${account.subject}`);
      }),
  };
}
