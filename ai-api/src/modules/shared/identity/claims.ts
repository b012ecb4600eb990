import { v7 as uuidv7 } from 'uuid';
import type { ClaimMapping } from '../../../config/sign-in.ts';
import { ROLES, type Role } from '../../../contract/operation.ts';
import { MCP_WRITE } from '../../../contract/scopes.ts';
import type { Person } from '../../../http/caller.ts';
import { Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { record, systemActor } from '../audit/index.ts';
import { builderIdByEmail } from '../people/index.ts';
import { announceChange } from './changes.ts';
import { verifiedDomain } from './domain-store.ts';
import type { MemberRoom } from './member-room.ts';
import { changeUser, findByIssuer, findUser, insertUser, linkIssuer, type UserRecord } from './user-store.ts';

/** A caller who may do everything may do what each role may. */
export function covers(roles: readonly string[], role: string): boolean {
  return roles.includes('admin') || roles.includes(role);
}

export function rolesOf({ roles }: Pick<UserRecord, 'roles'>): Role[] {
  return ROLES.filter((role) => roles.includes(role));
}

/** A user as callers carry them. */
export async function personOf(
  transaction: TenantTransaction,
  { id, email, name }: UserRecord,
): Promise<Person> {
  return { id, email, name, builderId: await builderIdByEmail(transaction, email) };
}

/** What an issuer says of a person, before it is believed. */
export type Claims = Record<string, unknown> & { sub?: unknown };

/** The value at a path such as `realm_access.roles`; names with dots or slashes are tried whole first. */
export function claimAt(claims: Claims, path: string): unknown {
  if (path in claims) return claims[path];
  return path.split('.').reduce<unknown>((value, name) => (value as Claims | undefined)?.[name], claims);
}

/** The roles that claims give by a mapping; null when the mapping leaves roles to us. */
export function mappedRoles(claims: Claims, { rolesClaim, roles }: ClaimMapping): Role[] | null {
  if (!rolesClaim || !roles) return null;
  const given = [claimAt(claims, rolesClaim)].flat().filter((value) => typeof value === 'string');
  const named = given.flatMap((value) => value.split(/[\s,]+/));
  return ROLES.filter((role) => named.some((value) => Object.hasOwn(roles, value) && roles[value] === role));
}

/**
 * The scopes of ours that a token was issued with, by its claim `scope` or `scp`. Roles limit people; `mcp:write` is
 * what an issuer has to grant expressly.
 * @see https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3
 */
export function grantedScopes({ scope, scp }: Claims): string[] {
  const given = [scope, scp].flat().filter((value) => typeof value === 'string');
  return given.flatMap((value) => value.split(' ')).includes(MCP_WRITE) ? [MCP_WRITE] : [];
}

interface Arrival {
  tenantId: string;
  issuer: string;
  claims: Claims;
  mapping: ClaimMapping;
  /** Asked before a new person is added. */
  room: MemberRoom;
  now: () => Date;
}

/**
 * How claims become a person of a company that did not configure their issuer: who it is, and nothing else. Its roles and
 * addresses that it did not verify count in the company of the issuer only.
 */
export function identityOnly({ emailClaim, nameClaim }: ClaimMapping): ClaimMapping {
  return { emailClaim, nameClaim, defaultRoles: [], trustEmail: false };
}

/** Whether the issuer itself says that the address is the person's. */
export function saysVerified(claims: Claims): boolean {
  return claims.email_verified === true || claims.email_verified === 'true';
}

/**
 * The person that verified claims are about: whom the issuer was linked with before, or who has the verified e-mail
 * address, or a new one when the mapping gives them a role. Where roles are mapped the issuer decides on them.
 * @throws {Problem} SIGN_IN_REFUSED, PLAN_LIMIT_REACHED
 */
export async function arrive(transaction: TenantTransaction, arrival: Arrival): Promise<UserRecord> {
  const { tenantId, issuer, claims, mapping, room, now } = arrival;
  const subject = String(claims.sub);
  const known = await findByIssuer(transaction, issuer, subject);
  const user = known ?? (await meet(transaction, arrival));
  if (!known) await linkIssuer(transaction, user.id, issuer, subject);
  if (user.email_confirmed_at === null && isAddressOf(user, claims, mapping))
    await changeUser(transaction, user.id, { email_confirmed_at: now() });
  if (user.status === 'disabled') throw refused('This account is disabled.');
  const roles = mappedRoles(claims, mapping);
  const isChanged = roles !== null && roles.join() !== rolesOf(user).join();
  if (!isChanged && user.status === 'active') return user;
  if (roles?.length === 0) throw refused('The issuer gives this person no role here.');
  if (user.status === 'invited' && user.self_registered) await room.require(transaction, tenantId);
  const changed = await changeUser(transaction, user.id, {
    status: 'active',
    invitation_hash: null,
    invitation_until: null,
    ...(roles ? { roles } : {}),
  });
  await announceChange(transaction);
  await note(transaction, arrival, changed, { before: user.roles, after: changed.roles });
  return changed;
}

async function meet(transaction: TenantTransaction, arrival: Arrival): Promise<UserRecord> {
  const { tenantId, claims, mapping, room } = arrival;
  const email = verifiedEmail(claims, mapping);
  const known = await findUser(transaction, { email });
  if (known) return known;
  const domain = await verifiedDomain(transaction, email);
  const roles = mappedRoles(claims, mapping) ?? (domain?.roles as Role[] | undefined) ?? mapping.defaultRoles;
  const isOfDomain =
    domain !== undefined || !mapping.domains || mapping.domains.includes(email.split('@')[1] ?? '');
  if (roles.length === 0 || !isOfDomain) throw refused('This person was not invited.');
  await room.require(transaction, tenantId);
  const created = await insertUser(transaction, {
    id: uuidv7(),
    email,
    name: nameOf(claims, mapping, email),
    roles,
    status: 'active',
  });
  if (!created) return (await findUser(transaction, { email })) as UserRecord;
  await note(transaction, arrival, created, { email, name: created.name, roles });
  return created;
}

/** With an unverified address, a person could claim to be anyone. @throws {Problem} SIGN_IN_REFUSED */
export function verifiedEmail(claims: Claims, { emailClaim, trustEmail }: ClaimMapping): string {
  const email = claimAt(claims, emailClaim);
  if (typeof email !== 'string' || !/^[^@\s]+@[^@\s]+$/.test(email) || email.length > 254)
    throw refused('The issuer gives no e-mail address for this person.');
  if (!saysVerified(claims) && trustEmail !== true)
    throw refused('The issuer has not verified the e-mail address of this person.');
  return email.toLowerCase();
}

/** Whether the issuer has verified the very address of a user. */
function isAddressOf({ email }: UserRecord, claims: Claims, { emailClaim }: ClaimMapping): boolean {
  const given = claimAt(claims, emailClaim);
  return typeof given === 'string' && given.toLowerCase() === email && saysVerified(claims);
}

/** The person's name; the address where the issuer gives none. */
export function nameOf(claims: Claims, { nameClaim }: ClaimMapping, email: string): string {
  const name = claimAt(claims, nameClaim);
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 200) : email;
}

async function note(
  transaction: TenantTransaction,
  { tenantId, issuer }: Arrival,
  { id }: UserRecord,
  content: object,
): Promise<void> {
  const subject = `user:${id}`;
  await record(transaction, systemActor(tenantId, 'identity.arrive'), {
    subject,
    details: [{ about: [subject], content: { issuer, ...content } }],
  });
}

function refused(detail: string): Problem {
  return new Problem('SIGN_IN_REFUSED', detail);
}
