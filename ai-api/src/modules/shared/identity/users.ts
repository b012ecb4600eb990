import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Role } from '../../../contract/operation.ts';
import { DECIDE } from '../../../contract/scopes.ts';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, actorOf, record, systemActor } from '../audit/index.ts';
import { builderIdByEmail } from '../people/index.ts';
import { announceChange, type Changes } from './changes.ts';
import { rolesOf } from './claims.ts';
import { addUser, newInvitation, refuseBeyond, requireUser } from './joining.ts';
import type { MemberRoom } from './member-room.ts';
import { hashPassword, weakness } from './passwords.ts';
import { endSessions } from './session-store.ts';
import {
  changeUser,
  findUser,
  insertUser,
  issuersOf,
  listUsers,
  namesOf,
  otherAdmins,
  type UserFilter,
  type UserRecord,
} from './user-store.ts';

interface NewUser {
  email: string;
  name: string;
  roles: Role[];
  password?: string | undefined;
}

interface Changed {
  name?: string | undefined;
  roles?: Role[] | undefined;
  status?: 'active' | 'disabled' | undefined;
}

/** The people of a tenant, as its admins see them. */
export function createUsers(database: Database, changes: Changes, room: MemberRoom, now: () => Date) {
  async function passwordFor(email: string, password: string | undefined): Promise<string | null> {
    if (password === undefined) return null;
    const weak = weakness(password, email);
    if (weak) throw invalidField('password', weak);
    return hashPassword(password);
  }

  return {
    /** Names of users, by their id, for what people read. */
    names: namesOf,

    /** Whether a user who is not disabled has an e-mail address. */
    isKnown: async (transaction: TenantTransaction, email: string) => {
      const user = await findUser(transaction, { email: email.toLowerCase() });
      return user !== undefined && user.status !== 'disabled';
    },

    /** The active user with an e-mail address; undefined when there is none. */
    activeByEmail: async (transaction: TenantTransaction, email: string) => {
      const user = await findUser(transaction, { email: email.toLowerCase() });
      return user?.status === 'active' ? { id: user.id, email: user.email } : undefined;
    },

    list: (tenantId: string, filter: UserFilter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: (after, limit) => listUsers(transaction, filter, after, limit),
          key: (row) => row.email,
          describe: async (rows) => {
            const issuers = await issuersOf(
              transaction,
              rows.map(({ id }) => id),
            );
            const views = [];
            for (const row of rows) views.push(await viewOf(transaction, row, issuers));
            return views;
          },
        }),
      ),

    get: (tenantId: string, userId: string) =>
      database.withTenant(tenantId, async (transaction) =>
        viewOf(transaction, await requireUser(transaction, userId)),
      ),

    /** @throws {Problem} CONFLICT when the address is taken, FORBIDDEN for more than the maker may do, PLAN_LIMIT_REACHED */
    create: async (request: RequestContext, { email, name, roles, password }: NewUser) => {
      refuseBeyond(request, roles);
      if (password !== undefined) requireHolder(request);
      const actor = actorOf(request);
      const passwordHash = await passwordFor(email, password);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const invited = passwordHash === null ? newInvitation(now()) : null;
        await room.require(transaction, actor.tenantId);
        const row = await addUser(transaction, actor, {
          email,
          name,
          roles,
          status: invited ? 'invited' : 'active',
          password_hash: passwordHash,
          ...invited?.columns,
        });
        const isShown = invited !== null && mayHold(request);
        return { ...(await viewOf(transaction, row)), invitation: isShown ? secretOf(invited) : null };
      });
    },

    /** @throws {Problem} NOT_FOUND, CONFLICT for a disabled user, FORBIDDEN for a key without the scope `decide` */
    invite: (request: RequestContext, userId: string) => {
      requireHolder(request);
      const actor = actorOf(request);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const before = await requireUser(transaction, userId);
        refuseBeyond(request, rolesOf(before));
        if (before.status === 'disabled') throw new Problem('CONFLICT', 'This account is disabled.');
        const made = newInvitation(now());
        const row = await changeUser(transaction, userId, made.columns);
        const invitation = secretOf(made);
        await note(transaction, actor, userId, { invitedUntil: invitation.expiresAt });
        return { ...(await viewOf(transaction, row)), invitation };
      });
    },

    /** @throws {Problem} NOT_FOUND, LAST_ADMIN, FORBIDDEN for more than the changer may do */
    update: async (request: RequestContext, userId: string, { name, roles, status }: Changed) => {
      refuseBeyond(request, roles ?? []);
      const actor = actorOf(request);
      const updated = await database.withTenant(actor.tenantId, async (transaction) => {
        const before = await requireUser(transaction, userId);
        refuseBeyond(request, rolesOf(before));
        const isAdminLost = status === 'disabled' || (roles !== undefined && !roles.includes('admin'));
        const isAdmin = before.status === 'active' && before.roles.includes('admin');
        if (isAdmin && isAdminLost && (await otherAdmins(transaction, userId)) === 0)
          throw new Problem('LAST_ADMIN', 'This is the last admin. Make another user an admin first.');
        if (before.status === 'disabled' && status === 'active')
          await room.require(transaction, actor.tenantId);
        const row = await changeUser(transaction, userId, {
          ...(name === undefined ? {} : { name }),
          ...(roles === undefined ? {} : { roles }),
          ...(status === undefined ? {} : { status }),
          ...(status === 'disabled' ? { invitation_hash: null, invitation_until: null } : {}),
        });
        if (status === 'disabled')
          await endSessions(transaction, userId, {}, { at: now(), because: 'disabled' });
        await announceChange(transaction);
        await note(transaction, actor, userId, { before: changeable(before), after: changeable(row) });
        return viewOf(transaction, row);
      });
      changes.tell();
      return updated;
    },

    /** @throws {Problem} NOT_FOUND */
    signOut: async (request: RequestContext, userId: string) => {
      const actor = actorOf(request);
      const ended = await database.withTenant(actor.tenantId, async (transaction) => {
        await requireUser(transaction, userId);
        const sessions = await endSessions(
          transaction,
          userId,
          {},
          { at: now(), because: 'signed out by an admin' },
        );
        await announceChange(transaction);
        await note(transaction, actor, userId, { ended: sessions.length });
        return sessions.length;
      });
      changes.tell();
      return { userId, ended };
    },

    /** All users, for a review of who has access. */
    all: (transaction: TenantTransaction) => listUsers(transaction, {}, null, 100_000),

    /** Makes the first admin of an installation, unless the address is taken. */
    ensureAdmin: async (tenantId: string, email: string, password: string): Promise<void> => {
      const isThere = await database.withTenant(tenantId, (transaction) => findUser(transaction, { email }));
      if (isThere) return;
      const passwordHash = await hashPassword(password);
      await database.withTenant(tenantId, async (transaction) => {
        const row = await insertUser(transaction, {
          id: uuidv7(),
          email,
          name: 'Administrator',
          roles: ['admin'],
          status: 'active',
          password_hash: passwordHash,
        });
        if (row)
          await note(transaction, systemActor(tenantId, 'user.ensureAdmin'), row.id, {
            email,
            roles: row.roles,
          });
      });
    },
  };
}

function secretOf({ token, until }: ReturnType<typeof newInvitation>) {
  return { token, expiresAt: until.toISOString() };
}

function changeable({ name, roles, status }: UserRecord) {
  return { name, roles, status };
}

/** A user as administrators see them. */
export async function viewOf(
  transaction: TenantTransaction,
  row: UserRecord,
  issuers?: Map<string, string[]>,
) {
  const known = issuers ?? (await issuersOf(transaction, [row.id]));
  return {
    userId: row.id,
    email: row.email,
    name: row.name,
    roles: rolesOf(row),
    status: row.status,
    hasPassword: row.password_hash !== null,
    issuers: known.get(row.id) ?? [],
    builderId: await builderIdByEmail(transaction, row.email),
    invitedUntil: row.status === 'invited' ? (row.invitation_until?.toISOString() ?? null) : null,
    invitationSentAt: row.invitation_sent_at?.toISOString() ?? null,
    invitationError: row.invitation_error,
    lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}

async function note(
  transaction: TenantTransaction,
  actor: Actor,
  userId: string,
  content: object,
): Promise<void> {
  const subject = `user:${userId}`;
  await record(transaction, actor, { subject, details: [{ about: [subject], content }] });
}

/**
 * Who may hold what a person signs in with: a person, or a key that people decide through. Any other key could become that
 * person by it.
 */
function mayHold({ caller: { keyId, scopes } }: Pick<RequestContext, 'caller'>): boolean {
  return keyId === null || scopes.includes(DECIDE);
}

/** @throws {Problem} FORBIDDEN */
function requireHolder(request: Pick<RequestContext, 'caller'>): void {
  if (mayHold(request)) return;
  throw new Problem(
    'FORBIDDEN',
    'A key without the scope decide sets no password and gets no invitation token. Invite by e-mail: POST /invitations.',
  );
}
