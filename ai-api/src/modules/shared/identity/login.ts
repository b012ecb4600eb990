import type { Exchange, RequestContext } from '../../../http/caller.ts';
import type { RateLimiter } from '../../../http/limits/index.ts';
import { invalidField, invalidToken, Problem } from '../../../http/problem.ts';
import { requireSameOrigin } from '../../../http/same-origin.ts';
import type { Database } from '../../../platform/database/index.ts';
import { actorOf, record } from '../audit/index.ts';
import { announceChange, type Changes } from './changes.ts';
import { digest } from './digest.ts';
import { hashPassword, isOutdated, isPassword, weakness } from './passwords.ts';
import { endSessions } from './session-store.ts';
import { ownPerson, type Sessions } from './sessions.ts';
import { findTenant } from './tenant-store.ts';
import { changeUser, findUser } from './user-store.ts';

interface Parts {
  database: Database;
  changes: Changes;
  sessions: Sessions;
  limiter: RateLimiter;
  publicUrl: string;
  defaultTenant: string;
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
export function createLogin({ database, changes, sessions, limiter, publicUrl, defaultTenant, now }: Parts) {
  const wrong = () => new Problem('UNAUTHENTICATED', 'The e-mail address or the password is wrong.');
  const addressOf = ({ address }: Exchange) => ({ ip: address }) as { ip: string };

  return {
    /**
     * An unknown or disabled user, a missing and a wrong password all get the same answer, and after the same
     * work.
     * @throws {Problem} UNAUTHENTICATED, RATE_LIMITED, CSRF_REFUSED, SERVICE_UNAVAILABLE
     */
    login: async (
      { exchange, requestId }: SigningIn,
      { email, password, tenant = defaultTenant, use }: Attempt,
    ) => {
      requireSameOrigin(exchange, publicUrl);
      await limiter.signIn(addressOf(exchange), digest(`${tenant}\n${email}`));
      const found = await findTenant(database, { name: tenant });
      const tenantId = found?.id ?? NOBODYS_TENANT;
      const user = await database.withTenant(tenantId, (transaction) => findUser(transaction, { email }));
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
    acceptInvitation: async (
      { exchange, requestId }: SigningIn,
      { token, password, use }: { token: string; password: string; use: 'session' | 'tokens' },
    ) => {
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
      const signedIn = await database.withTenant(invited.tenant_id, async (transaction) => {
        const before = await findUser(transaction, { invitationHash: hash, now: now() });
        if (!before || before.status === 'disabled') throw unknown();
        await endSessions(transaction, before.id, {}, { at: now(), because: 'password set anew' });
        const user = await changeUser(transaction, before.id, {
          password_hash: passwordHash,
          status: 'active',
          invitation_hash: null,
          invitation_until: null,
        });
        const how = { provider: 'invitation', use, requestId };
        return sessions.begin(transaction, invited.tenant_id, user, exchange, how);
      });
      changes.tell();
      return signedIn;
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
        await changeUser(transaction, person.id, { password_hash: passwordHash });
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
