import { v7 as uuidv7 } from 'uuid';
import type { Exchange, RequestContext } from '../../../http/caller.ts';
import type { Cookies } from '../../../http/cookies.ts';
import { readCookie } from '../../../http/cookies.ts';
import { invalidToken, notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { type Actor, actorOf, record } from '../audit/index.ts';
import { ACCESS_TOKEN_SECONDS, type AccessTokens } from './access-tokens.ts';
import { announceChange, type Changes } from './changes.ts';
import { personOf, rolesOf } from './claims.ts';
import { csrfTokenOf, digest, newSecret } from './digest.ts';
import {
  endSessions,
  findSession,
  insertRefreshToken,
  insertSession,
  lockRefreshToken,
  type RefreshTokenRecord,
  removeEnded,
  type SessionRecord,
  sessionsOf,
  tenantOfRefreshToken,
  useRefreshToken,
} from './session-store.ts';
import { changeUser, findUser, type UserRecord } from './user-store.ts';

/** Name of the cookie of a browser session, before its prefix. */
export const SESSION_COOKIE = 'aim_session';

/** A browser session that is not used for so long ends; so does a refresh token. */
const IDLE_MS = { browser: DAY_MS, token: 7 * DAY_MS };
/** After so long a person signs in again, however busy they were. */
const MAX_AGE_MS = { browser: 14 * DAY_MS, token: 90 * DAY_MS };

/** When a session ends that is used at this time and never again. */
export function idleUntil(kind: SessionRecord['kind'], now: Date): Date {
  return new Date(now.getTime() + IDLE_MS[kind]);
}

interface Parts {
  database: Database;
  tokens: AccessTokens;
  changes: Changes;
  cookies: Cookies;
  now: () => Date;
}

/** How a user signed in. */
export interface SignIn {
  /** `password`, `invitation` or the id of a provider. */
  provider: string;
  use: 'session' | 'tokens';
  requestId: string;
}

export type Sessions = ReturnType<typeof createSessions>;

/** What people hold after they signed in: sessions with a cookie, and sessions with tokens. */
export function createSessions({ database, tokens, changes, cookies, now }: Parts) {
  const cookieName = cookies.nameOf(SESSION_COOKIE);

  async function issueTokens(
    transaction: TenantTransaction,
    claims: { userId: string; tenantId: string; sessionId: string },
    until: Date,
  ) {
    const refreshToken = newSecret();
    await insertRefreshToken(transaction, claims.sessionId, digest(refreshToken), until);
    const accessToken = await tokens.sign(claims);
    return { accessToken, tokenType: 'Bearer' as const, expiresIn: ACCESS_TOKEN_SECONDS, refreshToken };
  }

  /** Ends the session whose cookie a browser brings to a sign-in, so that it is not kept beside the new one. */
  async function endPrevious(transaction: TenantTransaction, exchange: Exchange): Promise<void> {
    const secret = exchange.cookie(cookieName);
    if (secret === undefined) return;
    const row = await transaction
      .selectFrom('identity.sessions')
      .select(['id', 'user_id'])
      .where('secret_hash', '=', digest(secret))
      .executeTakeFirst();
    if (row)
      await endSessions(
        transaction,
        row.user_id,
        { only: row.id },
        { at: now(), because: 'signed in again' },
      );
  }

  /** Lets a person in whose identity is proven, inside the transaction that proved it. */
  async function begin(
    transaction: TenantTransaction,
    tenantId: string,
    user: UserRecord,
    exchange: Exchange,
    { provider, use, requestId }: SignIn,
  ) {
    const kind = use === 'session' ? 'browser' : 'token';
    if (use === 'session' && !cookies.isPossible)
      throw new Problem(
        'SIGN_IN_REFUSED',
        'Browsers sign in over https only; PUBLIC_URL must start with https.',
      );
    const at = now();
    await removeEnded(transaction, at);
    if (kind === 'browser') await endPrevious(transaction, exchange);
    const secret = kind === 'browser' ? newSecret() : null;
    const until = idleUntil(kind, at);
    const session = await insertSession(transaction, {
      id: uuidv7(),
      user_id: user.id,
      kind,
      secret_hash: secret && digest(secret),
      provider,
      user_agent: exchange.header('user-agent')?.slice(0, 300) ?? null,
      last_seen_at: at,
      idle_until: until,
      expires_at: new Date(at.getTime() + MAX_AGE_MS[kind]),
    });
    await changeUser(transaction, user.id, { last_sign_in_at: at });
    const claims = { userId: user.id, tenantId, sessionId: session.id };
    const issued = secret === null ? await issueTokens(transaction, claims, until) : null;
    const { id: userId, ...person } = await personOf(transaction, user);
    await announceChange(transaction);
    await note(transaction, personActor(tenantId, user.id, 'auth.login', requestId), session.id, {
      provider,
      kind,
    });
    if (secret !== null) exchange.setCookie(cookies.write(SESSION_COOKIE, secret, MAX_AGE_MS.browser / 1000));
    return {
      user: { userId, ...person },
      roles: rolesOf(user),
      session: secret === null ? null : { csrfToken: csrfTokenOf(secret), expiresAt: until.toISOString() },
      tokens: issued,
    };
  }

  /** @throws {Problem} UNAUTHENTICATED; a token that was used before ends all that followed it */
  async function refresh(refreshToken: string, requestId: string) {
    const hash = digest(refreshToken);
    const unknown = invalidToken('The refresh token is not known, has expired or was ended.');
    const tenant = await tenantOfRefreshToken(database, hash);
    if (!tenant) throw unknown;
    const tenantId = tenant.tenant_id;
    const outcome = await database.withTenant(tenantId, async (transaction) => {
      const row = await lockRefreshToken(transaction, hash);
      if (!row || row.ended_at !== null) return unknown;
      if (row.used_at !== null) return endReused(transaction, tenantId, row, { at: now(), requestId });
      const user = await findUser(transaction, { id: row.user_id });
      const at = now();
      if (row.expires_at <= at || row.session_until <= at || user?.status !== 'active') return unknown;
      const until = new Date(Math.min(idleUntil('token', at).getTime(), row.session_until.getTime()));
      await useRefreshToken(transaction, hash, row.session_id, { now: at, idleUntil: until });
      return issueTokens(transaction, { userId: row.user_id, tenantId, sessionId: row.session_id }, until);
    });
    if (!(outcome instanceof Problem)) return outcome;
    changes.tell();
    throw outcome;
  }

  return {
    cookieName,
    begin,
    refresh,

    /** Signs the caller out of the current session. */
    end: async (request: RequestContext): Promise<void> => {
      const { user, credential } = ownSession(request);
      await database.withTenant(request.caller.tenantId, async (transaction) => {
        await endSessions(
          transaction,
          user.id,
          { only: credential.id },
          { at: now(), because: 'signed out' },
        );
        await announceChange(transaction);
        await note(transaction, actorOf(request), credential.id, {});
      });
      changes.tell();
      request.exchange.setCookie(cookies.write(SESSION_COOKIE, '', 0));
    },

    /** What the page of a person needs to know. */
    describe: (request: RequestContext) => {
      const { caller, exchange } = request;
      if (!caller.user) throw new Problem('FORBIDDEN', 'No person is signed in: this is a service key.');
      const secret = exchange.header('authorization') === undefined ? exchange.cookie(cookieName) : undefined;
      const { id: userId, ...person } = caller.user;
      return {
        user: { userId, ...person },
        roles: caller.roles,
        sessionId: caller.credential.kind === 'session' ? caller.credential.id : null,
        csrfToken: secret === undefined ? null : csrfTokenOf(secret),
      };
    },

    list: (request: RequestContext) => {
      const user = ownPerson(request);
      const { tenantId, credential } = request.caller;
      return database.withTenant(tenantId, async (transaction) => ({
        items: (await sessionsOf(transaction, user.id, now())).map((row) => ({
          sessionId: row.id,
          kind: row.kind,
          provider: row.provider,
          userAgent: row.user_agent,
          createdAt: row.created_at.toISOString(),
          lastSeenAt: row.last_seen_at.toISOString(),
          isCurrent: row.id === credential.id,
        })),
      }));
    },

    /** @throws {Problem} NOT_FOUND */
    endOne: async (request: RequestContext, sessionId: string): Promise<void> => {
      const user = ownPerson(request);
      await database.withTenant(request.caller.tenantId, async (transaction) => {
        const how = { at: now(), because: 'ended by the person' };
        const ended = await endSessions(transaction, user.id, { only: sessionId }, how);
        if (ended.length === 0) throw notFound('session of yours', sessionId);
        await announceChange(transaction);
        await note(transaction, actorOf(request), sessionId, {});
      });
      changes.tell();
    },

    /** The session behind the cookie of a request, for pages. */
    hasSession: async (cookieHeader: string | undefined): Promise<boolean> => {
      const secret = readCookie(cookieHeader, cookieName);
      return (
        secret !== undefined &&
        (await findSession(database, { secretHash: digest(secret) }, now())) !== undefined
      );
    },
  };
}

/**
 * On a second use of a refresh token, thief and person cannot be distinguished: both lose it.
 * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2
 */
async function endReused(
  transaction: TenantTransaction,
  tenantId: string,
  row: RefreshTokenRecord,
  { at, requestId }: { at: Date; requestId: string },
): Promise<Problem> {
  const how = { at, because: 'a refresh token came twice' };
  await endSessions(transaction, row.user_id, { only: row.session_id }, how);
  await announceChange(transaction);
  const actor = personActor(tenantId, row.user_id, 'auth.refreshReused', requestId);
  await note(transaction, actor, row.session_id, { ended: true });
  return invalidToken('The refresh token was used before. Sign in again.');
}

/** The person of a session or token of their own, not one a key acts for. */
export function ownPerson({ caller }: RequestContext) {
  if (caller.user && caller.keyId === null) return caller.user;
  throw new Problem('FORBIDDEN', 'This requires a signed-in person; API keys cannot do it.');
}

function ownSession(request: RequestContext) {
  const user = ownPerson(request);
  const { credential } = request.caller;
  if (credential.kind !== 'session')
    throw new Problem('FORBIDDEN', 'This token was issued elsewhere and must be revoked there.');
  return { user, credential };
}

/** A person as the trail names them, where no caller is verified yet. */
function personActor(tenantId: string, userId: string, operation: string, requestId: string): Actor {
  return { tenantId, keyId: null, name: `user:${userId}`, actingFor: null, operation, requestId };
}

async function note(
  transaction: TenantTransaction,
  actor: Actor,
  sessionId: string,
  content: object,
): Promise<void> {
  await record(transaction, actor, {
    subject: `session:${sessionId}`,
    details: [{ about: [actor.actingFor ?? actor.name], content }],
  });
}
