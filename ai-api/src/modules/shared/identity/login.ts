import type { Exchange, RequestContext } from '../../../http/caller.ts';
import type { RateLimiter } from '../../../http/limits/index.ts';
import { invalidField, invalidToken, Problem } from '../../../http/problem.ts';
import { requireSameOrigin } from '../../../http/same-origin.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { actorOf, record, systemActor } from '../audit/index.ts';
import type { AccountsOf } from './accounts.ts';
import { announceChange, type Changes } from './changes.ts';
import { digest } from './digest.ts';
import type { MemberRoom } from './member-room.ts';
import { hashPassword, isOutdated, isPassword, weakness } from './passwords.ts';
import { endSessions } from './session-store.ts';
import { ownPerson, type Sessions } from './sessions.ts';
import { findTenant } from './tenant-store.ts';
import { changeUser, findUser, type UserRecord } from './user-store.ts';

interface Parts {
  database: Database;
  changes: Changes;
  sessions: Sessions;
  limiter: RateLimiter;
  publicUrl: string;
  defaultTenant: string;
  accountsOf: AccountsOf;
  /** @throws {Problem} SIGN_IN_REFUSED where people sign in through another platform */
  requireSignIn(): void;
  room: MemberRoom;
  now: () => Date;
}

interface Attempt {
  email: string;
  password: string;
  tenant?: string | undefined;
  use: 'session' | 'tokens';
}

/** What a sign-in needs of its request; it has no caller yet. */
type SigningIn = Pick<RequestContext, 'exchange' | 'requestId'>;

/** Signing in with a password of ours. */
export function createLogin({
  database,
  changes,
  sessions,
  limiter,
  publicUrl,
  defaultTenant,
  accountsOf,
  requireSignIn,
  room,
  now,
}: Parts) {
  const wrong = () => new Problem('UNAUTHENTICATED', 'The e-mail address or the password is wrong.');
  const addressOf = ({ address }: Exchange) => ({ ip: address }) as { ip: string };

  /**
   * The company that is named, or else that of the first account which the password opens. One password is checked where
   * there is no such account, too.
   */
  async function companyOf({ email, password, tenant: named }: Omit<Attempt, 'use'>): Promise<string> {
    if (named !== undefined) return (await findTenant(database, { name: named }))?.id ?? NOBODYS_TENANT;
    const accounts = await accountsOf(email);
    for (const account of accounts.slice(0, -1))
      if (await isPassword(password, account.password_hash)) return account.tenant_id;
    return accounts.at(-1)?.tenant_id ?? NOBODYS_TENANT;
  }

  /** @throws {Problem} UNAUTHENTICATED, INVALID_INPUT for a weak password, RATE_LIMITED, CSRF_REFUSED */
  async function takeInvitation<T>(
    exchange: Exchange,
    { token, password }: { token: string; password: string },
    goOn: (transaction: TenantTransaction, tenantId: string, user: UserRecord) => Promise<T>,
  ): Promise<T> {
    requireSignIn();
    requireSameOrigin(exchange, publicUrl);
    const hash = digest(token);
    await limiter.signIn(addressOf(exchange), hash);
    const invited = await database
      .system('the invitation determines the tenant, so it is looked up before there is one')
      .selectFrom('identity.users')
      .select(['tenant_id', 'email'])
      .where('invitation_hash', '=', hash)
      .executeTakeFirst();
    const unknown = () => invalidToken('The invitation is not known, was used or has expired.');
    if (!invited) throw unknown();
    const weak = weakness(password, invited.email);
    if (weak) throw invalidField('password', weak);
    const passwordHash = await hashPassword(password);
    const result = await database.withTenant(invited.tenant_id, async (transaction) => {
      const before = await findUser(transaction, { invitationHash: hash, now: now() });
      if (!before || before.status === 'disabled') throw unknown();
      if (before.status === 'invited' && before.self_registered)
        await room.require(transaction, invited.tenant_id);
      const how = { at: now(), because: 'password set anew' };
      const ended = await endSessions(transaction, before.id, {}, how);
      const user = await changeUser(transaction, before.id, {
        password_hash: passwordHash,
        password_is_own: before.invitation_by_mail,
        ...(before.invitation_by_mail ? { email_confirmed_at: now() } : {}),
        status: 'active',
        invitation_hash: null,
        invitation_until: null,
      });
      await announceChange(transaction);
      const subject = `user:${user.id}`;
      const content = { before: before.status, sessionsEnded: ended.length };
      await record(transaction, systemActor(invited.tenant_id, 'auth.setPassword'), {
        subject,
        details: [{ about: [subject], content }],
      });
      return goOn(transaction, invited.tenant_id, user);
    });
    changes.tell();
    return result;
  }

  return {
    /**
     * An unknown or disabled user, a missing and a wrong password all get the same answer, and after the same
     * work.
     * @throws {Problem} UNAUTHENTICATED, RATE_LIMITED, CSRF_REFUSED, SERVICE_UNAVAILABLE
     */
    login: async ({ exchange, requestId }: SigningIn, { email, password, tenant, use }: Attempt) => {
      requireSignIn();
      // Tokens are no cookie: a page of another origin gets nothing by them that it did not send.
      if (use === 'session') requireSameOrigin(exchange, publicUrl);
      await limiter.signIn(addressOf(exchange), digest(`${tenant ?? defaultTenant}\n${email}`));
      const tenantId = await companyOf({ email, password, tenant });
      // Only who knows the password learns where the company keeps its data.
      const user = await database.withTenant(tenantId, (transaction) => findUser(transaction, { email }), {
        anyRegion: true,
      });
      const isRight = await isPassword(password, user?.password_hash ?? null);
      if (!isRight || user?.status !== 'active') throw wrong();
      const renewed = isOutdated(user.password_hash ?? '') ? await hashPassword(password) : null;
      const signedIn = await database.withTenant(tenantId, async (transaction) => {
        const current = await findUser(transaction, { id: user.id });
        if (current?.status !== 'active' || current.password_hash !== user.password_hash) throw wrong();
        if (renewed) await changeUser(transaction, user.id, { password_hash: renewed });
        return sessions.begin(transaction, tenantId, current, exchange, {
          provider: 'password',
          use,
          requestId,
        });
      });
      changes.tell();
      return signedIn;
    },

    /** Sets a password by an invitation and lets the person in. @throws {Problem} UNAUTHENTICATED, INVALID_INPUT */
    acceptInvitation: (
      { exchange, requestId }: SigningIn,
      { use, ...taken }: { token: string; password: string; use: 'session' | 'tokens' },
    ) =>
      takeInvitation(exchange, taken, (transaction, tenantId, user) =>
        sessions.begin(transaction, tenantId, user, exchange, { provider: 'invitation', use, requestId }),
      ),

    /** Sets a password by an invitation. @throws {Problem} UNAUTHENTICATED, INVALID_INPUT */
    setPassword: (exchange: Exchange, taken: { token: string; password: string }): Promise<void> =>
      takeInvitation(exchange, taken, async () => {}),

    /** The user and the company of an invitation; null where it is not known, was used or has expired. */
    openInvitation: async (token: string): Promise<{ email: string; company: string } | null> => {
      const row = await database
        .system('the invitation determines the tenant, so it is looked up before there is one')
        .selectFrom('identity.users as user')
        .innerJoin('identity.tenants as tenant', 'tenant.id', 'user.tenant_id')
        .select(['user.email', 'tenant.name as company'])
        .where('user.invitation_hash', '=', digest(token))
        .where('user.invitation_until', '>', now())
        .where('user.status', '<>', 'disabled')
        .executeTakeFirst();
      return row ?? null;
    },

    /** @throws {Problem} UNAUTHENTICATED for a wrong current password, INVALID_INPUT, RATE_LIMITED */
    changePassword: async (
      request: RequestContext,
      { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
    ): Promise<void> => {
      const person = ownPerson(request);
      const actor = actorOf(request);
      await limiter.signIn(addressOf(request.exchange), digest(person.id));
      const weak = weakness(newPassword, person.email);
      if (weak) throw invalidField('newPassword', weak);
      const user = await database.withTenant(actor.tenantId, (transaction) =>
        findUser(transaction, { id: person.id }),
      );
      if (!(await isPassword(currentPassword, user?.password_hash ?? null)))
        throw invalidField('currentPassword', 'is wrong');
      const passwordHash = await hashPassword(newPassword);
      await database.withTenant(actor.tenantId, async (transaction) => {
        await changeUser(transaction, person.id, {
          password_hash: passwordHash,
          invitation_hash: null,
          invitation_until: null,
        });
        const except = request.caller.credential.id;
        const how = { at: now(), because: 'password changed' };
        const ended = await endSessions(transaction, person.id, { except }, how);
        await announceChange(transaction);
        const subject = `user:${person.id}`;
        await record(transaction, actor, {
          subject,
          details: [{ about: [subject], content: { sessionsEnded: ended.length } }],
        });
      });
      changes.tell();
    },
  };
}

/** A tenant that does not exist: a lookup there takes as long and finds no user. */
const NOBODYS_TENANT = '00000000-0000-0000-0000-000000000000';
