import { type Request, Router } from 'express';
import type { JWK } from 'jose';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { newCompany } from '../../../contract/accounts.ts';
import type { Cookies } from '../../../http/cookies.ts';
import { readCookie } from '../../../http/cookies.ts';
import type { RateLimiter } from '../../../http/limits/index.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import { exchangeOf } from '../../../http/router.ts';
import { requireSameOrigin } from '../../../http/same-origin.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import type { Changes } from './changes.ts';
import { arrive, type Claims, identityOnly, nameOf, verifiedEmail } from './claims.ts';
import type { Companies } from './companies.ts';
import { digest, newSecret } from './digest.ts';
import { homeOf, ownHome } from './homes.ts';
import type { MemberRoom } from './member-room.ts';
import type { Checks, Provider } from './providers.ts';
import type { Sessions } from './sessions.ts';
import { insertSignIn, takeSignIn } from './sign-in-store.ts';
import { findTenant } from './tenant-store.ts';
import { linkIssuer } from './user-store.ts';

/** Binds a sign-in to the browser that began it. */
const SIGN_IN_COOKIE = 'aim_sign_in';
const SIGN_IN_SECONDS = 600;

/** Public keys, as JWKs. */
export type PublishedKeys = () => Promise<readonly JWK[]>;

interface Parts {
  publishedKeys: readonly PublishedKeys[];
  database: Database;
  sealer: Sealer;
  changes: Changes;
  sessions: Sessions;
  cookies: Cookies;
  limiter: RateLimiter;
  providers: Map<string, Provider>;
  companies: Companies;
  publicUrl: string;
  defaultTenant: string;
  room: MemberRoom;
  now: () => Date;
}

/** What no contract can say: redirects to places where people sign in and back, and the keys of our tokens. */
export function signInRoutes(parts: Parts): Router {
  const { limiter, publishedKeys, providers, cookies, database, sealer, publicUrl, defaultTenant, now } =
    parts;
  const { companies } = parts;
  const router = Router();

  function providerOf(id: unknown): Provider {
    const provider = providers.get(String(id));
    if (!provider) throw notFound('place to sign in', String(id).slice(0, 50));
    return provider;
  }
  /**
   * Opens a company for a person whom no company knows. Only a page of ours may begin it, so that no other page opens one in
   * a person's name.
   */
  function openedName(request: Request, provider: Provider): string | undefined {
    const { open } = request.query;
    if (open === undefined) return undefined;
    companies.requireOn();
    if (provider.tenant !== undefined) throw invalidField('open', 'this provider serves one company only');
    requireSameOrigin({ header: (name) => request.get(name) }, publicUrl);
    const parsed = newCompany.safeParse(open);
    if (!parsed.success) throw invalidField('open', 'must be the name of a company, 2 to 100 characters');
    return parsed.data;
  }
  /** A company that is not known is refused like one that did not invite the person. */
  async function companyOf(provider: Provider, claims: Claims, chosen: string | undefined, own: string) {
    if (provider.tenant !== undefined) return own;
    if (chosen === undefined) return homeOf(database, { ...provider, claims }, own);
    const tenant = await findTenant(database, { name: chosen });
    if (!tenant) throw new Problem('SIGN_IN_REFUSED', 'This person was not invited.');
    return tenant.id;
  }
  const redirectUriOf = ({ id }: Provider) => `${publicUrl.replace(/\/$/, '')}/auth/${id}/callback`;

  router.use(['/auth', '/api-keys', '/users', '/api/v1/auth'], (_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });

  router.get('/.well-known/jwks.json', limiter.anonymous, async (_request, response) => {
    const keys = (await Promise.all(publishedKeys.map((read) => read()))).flat();
    response.setHeader('Cache-Control', 'public, max-age=600');
    response.json({ keys });
  });

  router.get('/auth/:provider/start', limiter.anonymous, async (request, response) => {
    response.locals.operation = 'auth.start';
    const provider = providerOf(request.params.provider);
    if (!cookies.isPossible)
      throw new Problem(
        'SIGN_IN_REFUSED',
        'Browsers sign in over https only; PUBLIC_URL must start with https.',
      );
    const returnTo = ownPath(request.query.returnTo, publicUrl);
    const chosen = request.query.company === undefined ? undefined : String(request.query.company);
    const open = openedName(request, provider);
    const tenant = await findTenant(database, { name: provider.tenant ?? defaultTenant });
    if (!tenant) throw new Problem('SIGN_IN_REFUSED', 'The company of this provider is not known.');
    const checks = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const url = await provider.start(checks, redirectUriOf(provider));
    const browser = newSecret();
    const stateHash = digest(checks.state);
    const begunAt = now();
    await database.withTenant(tenant.id, (transaction) =>
      insertSignIn(transaction, begunAt, {
        state_hash: stateHash,
        provider: provider.id,
        browser_hash: digest(browser),
        sealed: sealer.seal(JSON.stringify({ checks, returnTo, chosen, open }), `sign-in ${stateHash}`),
        expires_at: new Date(begunAt.getTime() + SIGN_IN_SECONDS * 1000),
      }),
    );
    response.append('Set-Cookie', cookies.write(SIGN_IN_COOKIE, browser, SIGN_IN_SECONDS));
    response.setHeader('Cache-Control', 'no-store');
    response.redirect(303, url.href);
  });

  router.get('/auth/:provider/callback', limiter.anonymous, async (request, response) => {
    response.locals.operation = 'auth.callback';
    response.setHeader('Cache-Control', 'no-store');
    const provider = providerOf(request.params.provider);
    const stateHash = digest(String(request.query.state));
    const began = await takeSignIn(database, stateHash);
    const browser = readCookie(request.headers.cookie, cookies.nameOf(SIGN_IN_COOKIE)) ?? '';
    const isOurs =
      began?.provider === provider.id && began.browser_hash === digest(browser) && began.expires_at > now();
    if (!isOurs)
      throw new Problem('SIGN_IN_REFUSED', 'This sign-in did not start in this browser, or has expired.');
    const { checks, returnTo, chosen, open } = JSON.parse(
      sealer.open(began.sealed, `sign-in ${stateHash}`),
    ) as {
      checks: Checks;
      returnTo: string;
      chosen?: string;
      open?: string;
    };
    const query = new URL(request.originalUrl, publicUrl).search;
    const claims = await provider.finish(new URL(redirectUriOf(provider) + query), checks);
    const { issuer, mapping } = provider;
    const how = { provider: provider.id, use: 'session', requestId: String(request.id) } as const;
    const exchange = exchangeOf(request, response);
    if (open !== undefined && (await ownHome(database, { ...provider, claims })) === null) {
      const email = verifiedEmail(claims, identityOnly(mapping));
      const person = { company: open, email, name: nameOf(claims, mapping, email) };
      await companies.open(
        { ...person, passwordHash: null, openingHash: null },
        async (transaction, id, user) => {
          await linkIssuer(transaction, user.id, issuer, String(claims.sub));
          await parts.sessions.begin(transaction, id, user, exchange, how);
        },
      );
    } else {
      const tenantId = await companyOf(provider, claims, chosen, began.tenant_id);
      const counted = tenantId === began.tenant_id ? mapping : identityOnly(mapping);
      await database.withTenant(tenantId, async (transaction) => {
        const user = await arrive(transaction, {
          tenantId,
          issuer,
          claims,
          mapping: counted,
          room: parts.room,
          now,
        });
        await parts.sessions.begin(transaction, tenantId, user, exchange, how);
      });
    }
    parts.changes.tell();
    response.append('Set-Cookie', cookies.write(SIGN_IN_COOKIE, '', 0));
    response.redirect(303, returnTo);
  });

  return router;
}

/**
 * A path on this server to go on at; anything that would leave it is refused.
 * @throws {Problem} INVALID_INPUT
 */
function ownPath(given: unknown, publicUrl: string): string {
  if (given === undefined) return '/';
  const path = String(given);
  const isPath = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path) && path.length <= 1000;
  if (!isPath || new URL(path, publicUrl).origin !== new URL(publicUrl).origin)
    throw invalidField('returnTo', 'must be a path on this server, such as /docs');
  return path;
}
