import type { Logger } from 'pino';
import type { PlatformHeader, SignInProvider, TokenIssuer } from '../../../config/sign-in.ts';
import type { Tier } from '../../../contract/tiers.ts';
import { createCookies } from '../../../http/cookies.ts';
import type { RateLimiter } from '../../../http/limits/index.ts';
import { Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { createSealer } from '../../../platform/sealing.ts';
import { createAccessTokens } from './access-tokens.ts';
import { createAccountsOf } from './accounts.ts';
import { announceChange, createChanges } from './changes.ts';
import { createCompanies } from './companies.ts';
import { createReadTxt } from './dns.ts';
import { createDomains } from './domains.ts';
import { createIssuers } from './issuers.ts';
import { createJoining } from './joining.ts';
import { listKeys } from './key-store.ts';
import { createKeys } from './keys.ts';
import { createLinks } from './links.ts';
import { createLogin } from './login.ts';
import { createMemberRoom } from './member-room.ts';
import { takePlace } from './nonces.ts';
import { createPlatformHeaders } from './platform-header.ts';
import { type Principal, principalNow } from './principals.ts';
import { createProvider } from './providers.ts';
import { isOpenedByPerson, mayWriteTo } from './reach.ts';
import { type PublishedKeys, signInRoutes } from './routes.ts';
import { createSessions } from './sessions.ts';
import { changeTier, ensureTenant, findTenant, tenantIds, tenantName, tenantTier } from './tenant-store.ts';
import { countMembers, emails, issuersOf, listUsers } from './user-store.ts';
import { createUsers } from './users.ts';
import { createVerifier, type FurtherCredential } from './verifier.ts';

export interface IdentitySettings {
  publicUrl: string;
  /** Name of the tenant of people and issuers that name none. */
  tenant: string;
  /** The installation's keys, 32 bytes each; the first is in use. */
  secrets: readonly Buffer[];
  /** Whether people can sign in only through another platform. */
  isIntegrated: boolean;
  /** Of companies that begin with a token. */
  newTier: Tier;
  /** Whether people may open a company, the tier of such companies, and how many are opened in 24 hours. */
  signUp: { isOn: boolean; tier: Tier; perDay: number };
  issuers: TokenIssuer[];
  providers: SignInProvider[];
  /** How the platform that this installation is part of signs requests; null where it does not. */
  platformHeader: PlatformHeader | null;
  /** DNS servers that verify domains; the system's own if there are none. */
  dnsServers: readonly string[];
  /** How often an unknown key of an issuer is looked for at most, in milliseconds. */
  jwksCooldownMs?: number;
  limiter: RateLimiter;
  now: () => Date;
  log: Logger;
}

export type Identity = Awaited<ReturnType<typeof createIdentity>>;

/** Tenants, people, keys and tokens: who a caller is, and what they may do. */
export async function createIdentity(database: Database, settings: IdentitySettings) {
  const { publicUrl, tenant: defaultTenant, secrets, limiter, now, log } = settings;
  const changes = createChanges(database, log);
  const tokens = await createAccessTokens(secrets, publicUrl, now);
  const cookies = createCookies(publicUrl);
  const sessions = createSessions({ database, tokens, changes, cookies, now });
  const issuers = createIssuers(settings.issuers, now, settings.jwksCooldownMs);
  const credentials: FurtherCredential[] = [];
  const room = createMemberRoom();
  const { isIntegrated } = settings;
  const publishedKeys: PublishedKeys[] = [async () => tokens.jwks.keys];
  const requireSignIn = () => {
    if (isIntegrated)
      throw new Problem(
        'SIGN_IN_REFUSED',
        'People sign in at the platform that this installation is part of.',
      );
  };
  const companies = createCompanies({
    database,
    limiter,
    publicUrl,
    requireSignIn,
    signUp: settings.signUp,
    reserved: [
      defaultTenant,
      ...settings.providers.flatMap(({ tenant }) => tenant ?? []),
      ...settings.issuers.flatMap(({ tenant, tenants }) => [
        ...(tenant === undefined ? [] : [tenant]),
        ...(typeof tenants === 'object' ? Object.values(tenants) : []),
      ]),
    ],
    now,
  });
  const verifier = createVerifier({
    database,
    credentials,
    tokens,
    issuers,
    changes,
    publicUrl,
    cookieName: sessions.cookieName,
    defaultTenant,
    room,
    isIntegrated,
    platform: createPlatformHeaders(database, settings.platformHeader, now),
    begin: (name) => companies.beginNamed(name, settings.newTier),
    now,
  });
  const providers = new Map(settings.providers.map((provider) => [provider.id, createProvider(provider)]));
  const keys = createKeys(database, changes, now);
  const users = createUsers(database, changes, room, now);
  const accountsOf = createAccountsOf(database, defaultTenant);
  const parts = { database, changes, sessions, limiter, publicUrl, defaultTenant, requireSignIn, room, now };

  return {
    /**
     * The caller of a request, by its `Authorization` header or else its session cookie; null without either. What
     * was verified is trusted for half a minute, unless this process hears of a change before.
     */
    authenticate: verifier.authenticate,
    /** What a caller may do as of now; null when the credential has ended. */
    rolesNow: verifier.rolesNow,
    /** A caller as of now for work that goes on after the request of the caller has ended; null when they left. */
    principalNow: (principal: Principal) => principalNow(database, principal, now()),
    /** Calls `hear` after every change of a credential or a person. */
    onChange: changes.on,
    /** Begins to hear of changes by other processes. */
    start: changes.start,
    keys,
    users,
    links: createLinks(
      database,
      changes,
      [...providers.values()].filter(({ tenant }) => tenant === undefined).map(({ issuer }) => issuer),
    ),
    domains: createDomains(database, createReadTxt(settings.dnsServers), now),
    joining: createJoining(database, accountsOf, room, now),
    sessions,
    companies,
    login: createLogin({ ...parts, accountsOf }),
    providers: [...providers.values()],
    /** Whether people sign in here, by password or a provider. */
    hasSignIn: !isIntegrated,
    requireSignIn,
    routes: signInRoutes({
      ...parts,
      cookies,
      providers,
      companies,
      sealer: createSealer(secrets),
      publishedKeys,
    }),
    /** Takes credentials that another module issues. */
    acceptCredential: (credential: FurtherCredential): void => void credentials.push(credential),
    /** Publishes further public keys at `/.well-known/jwks.json`. */
    publishKeys: (keys: PublishedKeys): void => void publishedKeys.push(keys),
    /** Has every process verify credentials again, once the transaction commits. */
    announceChange,
    ensureTenant: (name: string, tier?: Tier, options?: { onlyNew?: boolean }) =>
      ensureTenant(database, name, tier, options),
    /** A tenant, for credentials that another module issues. */
    findTenant: (id: string) => findTenant(database, { id }),
    findTenantByName: (name: string) => findTenant(database, { name }),
    /** The name of a transaction's tenant, for what people read. */
    tenantName,
    tenantTier,
    isOpenedByPerson,
    /** Takes one of several places until it ends; see {@link takePlace}. */
    takePlace: (places: readonly string[], seconds: number) => {
      const at = now();
      return takePlace(database, places, { now: at, endsAt: new Date(at.getTime() + seconds * 1000) });
    },
    mayWriteTo,
    /** Gives the transaction's tenant another tier, which every process learns. @returns false where it was the same */
    changeTier: async (transaction: TenantTransaction, tier: Tier): Promise<boolean> => {
      const isChanged = await changeTier(transaction, tier);
      if (isChanged) await announceChange(transaction);
      return isChanged;
    },
    /** How many people are active or invited. */
    countMembers,
    /** Has another module limit how many there may be. */
    limitMembers: room.limit,
    /** Every tenant, for work that is done for each of them. */
    tenantIds: () => tenantIds(database),
    emails,
    ensureKey: keys.ensure,
    /** Every key of the tenant, without what proves it. */
    listKeys: async (transaction: TenantTransaction) =>
      (await listKeys(transaction, null, 100_000)).toReversed(),
    /** Every person of the tenant by e-mail address, with where they sign in. */
    listAccounts: async (transaction: TenantTransaction) => {
      const rows = await listUsers(transaction, {}, null, 100_000);
      const issuers = await issuersOf(
        transaction,
        rows.map(({ id }) => id),
      );
      return rows.map((row) => ({
        id: row.id,
        email: row.email,
        name: row.name,
        roles: row.roles,
        status: row.status,
        signsInBy: [...(row.password_hash === null ? [] : ['password']), ...(issuers.get(row.id) ?? [])],
        lastSignInAt: row.last_sign_in_at,
        createdAt: row.created_at,
      }));
    },
  };
}
