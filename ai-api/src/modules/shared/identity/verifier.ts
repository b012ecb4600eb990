import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { TokenIssuer } from '../../../config/sign-in.ts';
import type { Role } from '../../../contract/operation.ts';
import { ACT_AS } from '../../../contract/scopes.ts';
import type { Caller, Credential } from '../../../http/caller.ts';
import { readCookie } from '../../../http/cookies.ts';
import { invalidToken, Problem } from '../../../http/problem.ts';
import type { Authenticate, GuardCredential } from '../../../http/router.ts';
import { requireSameOrigin } from '../../../http/same-origin.ts';
import {
  type Database,
  DataElsewhere,
  requireHere,
  type TenantTransaction,
} from '../../../platform/database/index.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { Changes } from './changes.ts';
import {
  arrive,
  type Claims,
  claimAt,
  covers,
  grantedScopes,
  mappedRoles,
  personOf,
  rolesOf,
  verifiedEmail,
} from './claims.ts';
import { csrfTokenOf, digest } from './digest.ts';
import { type IssuedToken, type Issuers, issuerOf } from './issuers.ts';
import { findKey, type KeyOfTenant, noteUse } from './key-store.ts';
import type { MemberRoom } from './member-room.ts';
import { hasPlatformHeader, type PlatformClaims, type PlatformHeaders } from './platform-header.ts';
import { findSession, noteSessionUse, type SessionOfTenant } from './session-store.ts';
import { idleUntil, SESSION_COOKIE } from './sessions.ts';
import { findTenant } from './tenant-store.ts';
import { findByIssuer, findUser, type UserRecord } from './user-store.ts';

const companyName = z.string().trim().min(1).max(100);

/** `aim_<prefix>_<secret>`: the prefix finds the key, the secret's SHA-256 proves it. */
export const KEY = /^aim_([A-Za-z0-9]{8})_([A-Za-z0-9_-]{32,128})$/;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const MAX_TOKEN_LENGTH = 8192;
const CSRF_HEADER = 'X-CSRF-Token';
export const ACTING_FOR_HEADER = 'ai-manager-acting-for';

/** For how long a verified credential is trusted without asking the database again, unless it hears of a change. */
const TRUST_MS = 30_000;
const MAX_TRUSTED = 10_000;
/** For how long after its last use a credential is familiar: it is verified although its address sends wrong ones. */
const FAMILIAR_MS = 3_600_000;

/** An account elsewhere, such as `tooljet:<id>`. */
const EXTERNAL_ACCOUNT = /^([a-z][a-z0-9-]*):(\S+)$/;

/** The person whom a header names: by an account elsewhere, our id, or an e-mail address. */
function findNamed(transaction: TenantTransaction, named: string): Promise<UserRecord | undefined> {
  const [, issuer, subject] = EXTERNAL_ACCOUNT.exec(named) ?? [];
  if (issuer && subject) return findByIssuer(transaction, issuer, subject);
  return findUser(transaction, UUID.test(named) ? { id: named } : { email: named.toLowerCase() });
}

interface Parts {
  database: Database;
  tokens: AccessTokens;
  issuers: Issuers;
  changes: Changes;
  publicUrl: string;
  /** Name of the cookie of a browser session. */
  cookieName: string;
  /** Tenant of issuers that name none. */
  defaultTenant: string;
  /** Credentials that other modules verify. */
  credentials: readonly FurtherCredential[];
  room: MemberRoom;
  /** Whether people can sign in only through another platform. */
  isIntegrated: boolean;
  platform: PlatformHeaders;
  /** Makes the company of this name, with what comes with the modules. */
  begin: (name: string) => Promise<void>;
  now: () => Date;
}

/** A credential that another module issues. */
export interface FurtherCredential {
  isOne(bearer: string): boolean;
  /** @throws {Problem} UNAUTHENTICATED */
  verify(bearer: string): Promise<Caller>;
}

export type Verifier = ReturnType<typeof createVerifier>;

/** Finds out who a request comes from. */
export function createVerifier(parts: Parts) {
  const { database, tokens, issuers, changes, publicUrl, cookieName, defaultTenant, room, now } = parts;
  const time = () => now().getTime();
  const trusted = new LRUCache<string, Caller>({ max: MAX_TRUSTED, ttlResolution: 0, perf: { now: time } });
  const familiar = new LRUCache<string, true>({ max: MAX_TRUSTED, ttl: FAMILIAR_MS, perf: { now: time } });
  let generation = 0;
  changes.on(() => {
    generation++;
    trusted.clear();
  });

  /** Identifies callers whose company's data is elsewhere too, so that the response can name the other installation. */
  const ofAnyRegion = <T>(tenantId: string, read: (transaction: TenantTransaction) => Promise<T>) =>
    database.withTenant(tenantId, read, { anyRegion: true });

  /** What was read before a change must not be trusted after it. */
  async function trust(fingerprint: string, verify: () => Promise<Caller>): Promise<Caller> {
    const before = generation;
    const caller = await verify();
    familiar.set(fingerprint, true);
    const { expiresAt } = caller.credential;
    const ttl = Math.min(TRUST_MS, expiresAt === null ? TRUST_MS : expiresAt - time());
    if (generation === before && ttl > 0) trusted.set(fingerprint, caller, { ttl });
    return caller;
  }

  async function byKey(bearer: string, actingFor: string | undefined): Promise<Caller> {
    const [, prefix, secret] = KEY.exec(bearer) ?? [];
    if (!prefix || !secret) throw invalidToken('The API key is not well-formed.');
    const row = await findKey(database, { prefix });
    const at = now();
    if (!row || !proves(row, digest(secret), at) || hasExpired(row, at))
      throw invalidToken('The API key is not known, has expired or was revoked.');
    await noteUse(database, row, at);
    const caller = keyCaller(row, digest(secret));
    return actingFor === undefined ? caller : actFor(caller, actingFor);
  }

  async function actFor(caller: Caller, person: string): Promise<Caller> {
    if (!caller.scopes.includes(ACT_AS))
      throw new Problem('ACT_AS_REFUSED', 'This key does not have the scope act-as.');
    return ofAnyRegion(caller.tenantId, async (transaction) => {
      const user = await findNamed(transaction, person.trim());
      if (user?.status !== 'active')
        throw new Problem('ACT_AS_REFUSED', 'AI-Manager-Acting-For does not name an active user.');
      const roles = rolesOf(user).filter((role) => covers(caller.roles, role));
      return { ...caller, user: await personOf(transaction, user), roles };
    });
  }

  async function bySession(row: SessionOfTenant | undefined, gone: () => Problem): Promise<Caller> {
    if (!row || parts.isIntegrated) throw gone();
    const at = now();
    await noteSessionUse(database, row, { now: at, idleUntil: idleUntil(row.kind, at) });
    return ofAnyRegion(row.tenant_id, async (transaction): Promise<Caller> => {
      const user = await findUser(transaction, { id: row.user_id });
      if (user?.status !== 'active') throw gone();
      return {
        ...tenantPart(row),
        credential: { kind: 'session', id: row.id, expiresAt: row.expires_at.getTime() },
        keyId: null,
        keyName: null,
        user: await personOf(transaction, user),
        roles: rolesOf(user),
        scopes: ['*'],
      };
    });
  }

  async function byOwnToken(token: string): Promise<Caller> {
    const { userId, sessionId, expiresAt } = await tokens.verify(token);
    const ended = () => invalidToken('The session of the token has ended.');
    const caller = await bySession(await findSession(database, { id: sessionId }, now()), ended);
    if (caller.user?.id !== userId) throw ended();
    caller.credential.expiresAt = earliest(caller.credential.expiresAt, expiresAt);
    return caller;
  }

  /** Someone whom a token does not let in has a token that is not valid here. */
  const asInvalid = (error: unknown): never => {
    throw error instanceof Problem && error.code === 'SIGN_IN_REFUSED' ? invalidToken(error.message) : error;
  };

  /** The company that an issuer names. Where it may name any, one that is not known begins with its first person. */
  async function companyOf(issuer: TokenIssuer, claims: Claims) {
    const named = issuer.tenantClaim && claimAt(claims, issuer.tenantClaim);
    const { tenantClaim, tenants } = issuer;
    if (tenants === 'any') {
      const parsed = companyName.safeParse(named);
      if (!parsed.success) throw invalidToken('The token names no company.');
      const name = parsed.data;
      // Its administrators look after the installation: no customer of the platform becomes one by a name.
      if (name === defaultTenant)
        throw invalidToken('The token names the company of the installation itself.');
      const known = await findTenant(database, { name });
      if (known) return known;
      verifiedEmail(claims, issuer);
      if ((mappedRoles(claims, issuer) ?? issuer.defaultRoles).length === 0)
        throw invalidToken('The issuer gives this person no role here.');
      await parts.begin(name);
      return findTenant(database, { name });
    }
    const name = tenantClaim ? tenants?.[String(named)] : (issuer.tenant ?? defaultTenant);
    return name === undefined ? undefined : findTenant(database, { name });
  }

  const byIssuer = async (token: string) => byClaims(await issuers.verify(token));

  /** The person of verified claims, in the company that they name. */
  async function byClaims({ issuer, claims }: IssuedToken | PlatformClaims): Promise<Caller> {
    const tenant = await companyOf(issuer, claims).catch(asInvalid);
    if (!tenant) throw invalidToken('The token does not belong to a known company.');
    requireHere(database.residency, tenant.data_region);
    const { name: tenant_name, tier, data_region } = tenant;
    const row = { tenant_id: tenant.id, tenant_name, tier, data_region };
    return database
      .withTenant(tenant.id, async (transaction): Promise<Caller> => {
        const arrival = { tenantId: tenant.id, issuer: issuer.issuer, claims, mapping: issuer, room, now };
        const user = await arrive(transaction, arrival);
        return {
          ...tenantPart(row),
          credential: { kind: 'issuer', id: issuer.issuer, expiresAt: claims.exp * 1000 },
          keyId: null,
          keyName: null,
          user: await personOf(transaction, user),
          roles: rolesOf(user),
          scopes: ['*', ...grantedScopes(claims)],
        };
      })
      .catch(asInvalid);
  }

  async function byBearer(bearer: string, actingFor: string | undefined): Promise<Caller> {
    if (bearer.startsWith('aim_')) return byKey(bearer, actingFor);
    if (actingFor !== undefined)
      throw new Problem('ACT_AS_REFUSED', 'Only a service key may act for another person.');
    const further = parts.credentials.find(({ isOne }) => isOne(bearer));
    if (further) return further.verify(bearer);
    if (bearer.length > MAX_TOKEN_LENGTH || !JWT.test(bearer))
      throw invalidToken('This is neither an API key nor a JWT.');
    return issuerOf(bearer) === tokens.issuer ? byOwnToken(bearer) : byIssuer(bearer);
  }

  /** By the cookie of a browser session; null without one, and without one that still holds. */
  async function byCookie(request: Request, guard: GuardCredential): Promise<Caller | null> {
    const secret = readCookie(request.headers.cookie, cookieName);
    if (secret === undefined) return null;
    const fingerprint = digest(`${SESSION_COOKIE} ${secret}`);
    const ended = () => new Problem('UNAUTHENTICATED', 'The session has ended. Sign in again.');
    const caller =
      trusted.get(fingerprint) ??
      (await guard(() =>
        trust(fingerprint, async () =>
          bySession(await findSession(database, { secretHash: digest(secret) }, now()), ended),
        ),
      ));
    if (!/^(GET|HEAD|OPTIONS)$/.test(request.method)) requireIntent(request, secret);
    return caller;
  }

  /** That a person's own page sent this, and no other one their browser has open. */
  function requireIntent(request: Request, secret: string): void {
    requireSameOrigin({ header: (name) => request.get(name) }, publicUrl);
    const given = request.get(CSRF_HEADER) ?? '';
    if (!isSame(given, csrfTokenOf(secret)))
      throw new Problem('CSRF_REFUSED', `Send ${CSRF_HEADER} with the token of GET /auth/session.`);
  }

  const authenticate: Authenticate = async (request, guard = (check) => check(), options = {}) => {
    const { anyRegion, checksBody = false } = options;
    const caller = await identify(request, guard, checksBody);
    if (caller && !anyRegion) requireHere(database.residency, caller.dataRegion);
    return caller;
  };

  async function identify(
    request: Request,
    guard: GuardCredential,
    checksBody: boolean,
  ): Promise<Caller | null> {
    const { authorization } = request.headers;
    if (hasPlatformHeader(request)) {
      const signed = await guard(async () => {
        if (authorization !== undefined || request.headers[ACTING_FOR_HEADER] !== undefined)
          throw invalidToken('A signed request names its person by its own headers alone.');
        return parts.platform.verify(request);
      });
      // A right signature is no guess: a person who is refused does not count against the address of the platform.
      return byClaims(await parts.platform.admit(request, signed, checksBody));
    }
    if (authorization === undefined) {
      return byCookie(request, guard);
    }
    const bearer = authorization.replace(/^Bearer +/i, '');
    const header = request.headers[ACTING_FOR_HEADER];
    const actingFor = header === undefined ? undefined : String(header).slice(0, 300);
    const fingerprint = digest(`${bearer}\n${actingFor ?? ''}`);
    const known = trusted.get(fingerprint);
    if (known) return known;
    return guard(() => trust(fingerprint, () => byBearer(bearer, actingFor)), familiar.has(fingerprint));
  }

  /** What the caller of a credential may do as of now; null when the credential has ended. */
  async function rolesNow({ credential, tenantId, user }: Caller): Promise<Role[] | null> {
    if (credential.expiresAt !== null && credential.expiresAt <= now().getTime()) return null;
    const gone = () => new Problem('UNAUTHENTICATED', 'The credential has ended.');
    try {
      if (credential.kind === 'session') {
        const caller = await bySession(await findSession(database, { id: credential.id }, now()), gone);
        return rolesHere(caller);
      }
      if (credential.kind === 'key') {
        const row = await findKey(database, { id: credential.id });
        const { proof = '' } = credential;
        const at = now();
        if (!row || hasExpired(row, at) || !proves(row, proof, at)) return null;
        const caller = keyCaller(row, proof);
        return rolesHere(user ? await actFor(caller, user.id) : caller);
      }
      const found = await database.withTenant(tenantId, (transaction) =>
        findUser(transaction, { id: user?.id ?? '' }),
      );
      return found?.status === 'active' ? rolesOf(found) : null;
    } catch (error) {
      if (error instanceof Problem || error instanceof DataElsewhere) return null;
      throw error;
    }
  }

  /** @throws {DataElsewhere} */
  function rolesHere({ dataRegion, roles }: Caller): Role[] {
    requireHere(database.residency, dataRegion);
    return roles;
  }

  return { authenticate, rolesNow };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function keyCaller(row: KeyOfTenant, proof: string): Caller {
  const isPrevious = proof !== row.secret_hash && row.previous_until !== null;
  const ends = row.expires_at?.getTime() ?? null;
  const expiresAt = isPrevious ? earliest(ends, row.previous_until?.getTime() ?? 0) : ends;
  const credential: Credential = { kind: 'key', id: row.id, expiresAt, proof };
  return {
    ...tenantPart(row),
    credential,
    keyId: row.id,
    keyName: row.name,
    user: null,
    roles: row.roles as Role[],
    scopes: row.scopes,
  };
}

function tenantPart(row: Pick<KeyOfTenant, 'tenant_id' | 'tenant_name' | 'tier' | 'data_region'>) {
  const { tenant_id, tenant_name, tier, data_region } = row;
  return { tenantId: tenant_id, tenantName: tenant_name, tier, dataRegion: data_region };
}

function hasExpired({ expires_at }: KeyOfTenant, now: Date): boolean {
  return expires_at !== null && expires_at <= now;
}

/** The current secret, or the one before it during the overlap. */
function proves(
  { secret_hash, previous_hash, previous_until }: KeyOfTenant,
  given: string,
  now: Date,
): boolean {
  const isPrevious = isSame(given, previous_hash ?? '') && previous_until !== null && previous_until > now;
  return isSame(given, secret_hash) || isPrevious;
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(digest(a), 'hex'), Buffer.from(digest(b), 'hex'));
}

function earliest(a: number | null, b: number): number {
  return a === null ? b : Math.min(a, b);
}
