import type { Router } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import { parseDnsServers } from '../../../config/settings/company.ts';
import { parsePlatformHeader, parseSignInProviders, parseTokenIssuers } from '../../../config/sign-in.ts';
import type { Person } from '../../../http/caller.ts';
import type { RequestPolicies } from '../../../http/request-policies.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import { auth } from './auth-contract.ts';
import { identity } from './contract.ts';
import { domain } from './domains-contract.ts';
import { apiKey } from './keys-contract.ts';
import { createIdentity, type Identity } from './service.ts';
import { user } from './users-contract.ts';

export { personalData } from './personal-data.ts';
export { type Principal, principalOf } from './principals.ts';
export { NOT_CONFIRMED } from './reach.ts';
export type { Identity } from './service.ts';
export { userOfSubject } from './subjects.ts';
export { ensureTenant } from './tenant-store.ts';
export { activeUsers } from './user-store.ts';
export { viewOf as userView } from './users.ts';

function personView({ id: userId, email, name, builderId }: Person) {
  return { userId, email, name, builderId };
}

interface Needs {
  database: Database;
  requestPolicies: RequestPolicies;
  publicUrl: string;
  secrets: readonly Buffer[];
  clock: Clock;
  config: Pick<
    Config,
    | 'TENANT'
    | 'TENANT_TIER'
    | 'DEPLOY_MODE'
    | 'TOKEN_ISSUERS'
    | 'SIGN_IN_PROVIDERS'
    | 'DNS_SERVERS'
    | 'PLATFORM_HEADER'
    | 'SIGN_UP'
    | 'SIGN_UP_TIER'
    | 'SIGN_UP_PER_DAY'
  >;
  log: Logger;
}

export function create({ database, requestPolicies, publicUrl, secrets, clock, config, log }: Needs) {
  return createIdentity(database, {
    publicUrl,
    tenant: config.TENANT,
    newTier: config.TENANT_TIER,
    signUp: { isOn: config.SIGN_UP === 'on', tier: config.SIGN_UP_TIER, perDay: config.SIGN_UP_PER_DAY },
    isIntegrated: config.DEPLOY_MODE === 'integrated',
    secrets,
    issuers: parseTokenIssuers(config.TOKEN_ISSUERS),
    providers: parseSignInProviders(config.SIGN_IN_PROVIDERS),
    platformHeader: parsePlatformHeader(config.PLATFORM_HEADER),
    dnsServers: parseDnsServers(config.DNS_SERVERS),
    limiter: requestPolicies.limiter,
    now: () => clock.now(),
    log,
  });
}

/** What browsers open to sign in. */
export function routes(identity: Identity): Router {
  return identity.routes;
}

/** The operations of this module. */
export function operations({
  keys,
  users,
  links,
  domains,
  login,
  sessions,
  providers,
  hasSignIn,
}: Identity): Served[] {
  return [
    serve(identity, {
      whoami: async (_input, { caller }) => ({
        tenantId: caller.tenantId,
        tenant: caller.tenantName,
        keyName: caller.keyName,
        user: caller.user && personView(caller.user),
        roles: caller.roles,
        scopes: [...caller.scopes],
      }),
    }),
    serve(user, {
      list: ({ cursor, limit, ...filter }, { caller }) =>
        users.list(caller.tenantId, filter, { cursor, limit }),
      get: ({ userId }, { caller }) => users.get(caller.tenantId, userId),
      create: (input, request) => users.create(request, input),
      invite: ({ userId }, request) => users.invite(request, userId),
      update: ({ userId, ...changes }, request) => users.update(request, userId, changes),
      link: async ({ userId, ...account }, request) => {
        await links.link(request, userId, account);
        return users.get(request.caller.tenantId, userId);
      },
      unlink: async ({ userId, ...account }, request) => {
        await links.unlink(request, userId, account);
        return users.get(request.caller.tenantId, userId);
      },
      signOut: ({ userId }, request) => users.signOut(request, userId),
    }),
    serve(domain, {
      list: (page, { caller }) => domains.list(caller.tenantId, page),
      add: (input, request) => domains.add(request, input),
      verify: ({ domain: name, by }, request) => domains.verify(request, name, by),
      remove: ({ domain: name }, request) => domains.remove(request, name),
    }),
    serve(apiKey, {
      list: (page, { caller }) => keys.list(caller.tenantId, page),
      create: (input, request) => keys.create(request, input),
      rotate: ({ keyId, overlapHours }, request) => keys.rotate(request, keyId, overlapHours),
      revoke: ({ keyId }, request) => keys.revoke(request, keyId),
    }),
    serve(auth, {
      providers: async () => ({
        password: hasSignIn,
        providers: providers.map(({ id, label }) => ({ id, label, startUrl: `/auth/${id}/start` })),
      }),
      login: (input, request) => login.login(request, input),
      acceptInvitation: (input, request) => login.acceptInvitation(request, input),
      refresh: ({ refreshToken }, { requestId }) => sessions.refresh(refreshToken, requestId),
      logout: (_input, request) => sessions.end(request),
      session: async (_input, request) => sessions.describe(request),
      listSessions: (_input, request) => sessions.list(request),
      endSession: ({ sessionId }, request) => sessions.endOne(request, sessionId),
      changePassword: (input, request) => login.changePassword(request, input),
    }),
  ];
}
