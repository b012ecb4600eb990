import * as oidc from 'openid-client';
import { z } from 'zod';
import type { ClaimMapping, SignInProvider } from '../../../config/sign-in.ts';
import { Problem } from '../../../http/problem.ts';
import type { Claims } from './claims.ts';

const TIMEOUT_SECONDS = 5;

/** What one sign-in has to bring back. */
export interface Checks {
  state: string;
  nonce: string;
  verifier: string;
}

/** Somewhere people sign in. */
export interface Provider {
  id: string;
  label: string;
  /** As the person is known by it; the same for all sign-ins. */
  issuer: string;
  tenant: string | undefined;
  mapping: ClaimMapping;
  /** Where the browser goes to sign in. */
  start(checks: Checks, redirectUri: string): Promise<URL>;
  /** What is verified about the person who came back to `currentUrl`. */
  finish(currentUrl: URL, checks: Checks): Promise<Claims>;
}

const LABELS: Record<SignInProvider['kind'], string> = {
  google: 'Google',
  microsoft: 'Microsoft',
  github: 'GitHub',
  cognito: 'Amazon Cognito',
  keycloak: 'Keycloak',
  oidc: 'Single sign-on',
};

/** Where a kind of provider keeps roles, unless configured. */
const ROLES_CLAIM: Partial<Record<SignInProvider['kind'], string>> = {
  microsoft: 'roles',
  cognito: 'cognito:groups',
  keycloak: 'realm_access.roles',
};

/** A provider by its configuration; nothing is asked of it yet. */
export function createProvider(settings: SignInProvider): Provider {
  const { id, kind, label, tenant } = settings;
  const rolesClaim = settings.rolesClaim ?? ROLES_CLAIM[kind];
  const common = {
    id,
    label: label ?? LABELS[kind],
    tenant,
    mapping: {
      ...settings,
      ...(rolesClaim ? { rolesClaim } : {}),
      // Of one directory, whose admins give out the addresses.
      ...(kind === 'microsoft' ? { trustEmail: settings.trustEmail ?? true } : {}),
    },
  };
  return kind === 'github' ? gitHub(settings, common) : openIdConnect(settings, common);
}

type Common = Pick<Provider, 'id' | 'label' | 'tenant' | 'mapping'>;

function issuerOf({ kind, issuer, directory }: SignInProvider): string {
  if (kind === 'google') return issuer ?? 'https://accounts.google.com';
  if (kind === 'microsoft') return issuer ?? `https://login.microsoftonline.com/${directory}/v2.0`;
  if (kind === 'github') return issuer ?? 'https://github.com';
  return issuer as string;
}

/** Authorization code with PKCE, state and nonce; the ID token's signature is verified. */
function openIdConnect(settings: SignInProvider, common: Common): Provider {
  const issuer = issuerOf(settings);
  const scope = settings.scope ?? 'openid email profile';
  const open = remembered(async () => {
    const config = await oidc.discovery(
      new URL(issuer),
      settings.clientId,
      undefined,
      settings.clientSecret ? oidc.ClientSecretPost(settings.clientSecret) : oidc.None(),
      {
        timeout: TIMEOUT_SECONDS,
        execute: [oidc.enableNonRepudiationChecks, ...(isPlain(issuer) ? [oidc.allowInsecureRequests] : [])],
      },
    );
    return config;
  });
  return {
    ...common,
    issuer,
    start: async (checks, redirectUri) => authorizationUrl(await open(), { scope }, checks, redirectUri),
    finish: async (currentUrl, { state, nonce, verifier }) => {
      const config = await open();
      const answer = await asked(() =>
        oidc.authorizationCodeGrant(config, currentUrl, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        }),
      );
      const claims = answer.claims() as Claims & { sub: string };
      if (claims[common.mapping.emailClaim] !== undefined || !config.serverMetadata().userinfo_endpoint)
        return claims;
      const more = await asked(() => oidc.fetchUserInfo(config, answer.access_token, claims.sub));
      return { ...more, ...claims };
    },
  };
}

const profile = z.object({ id: z.number().int(), login: z.string(), name: z.string().nullish() });
const addresses = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/**
 * OAuth 2, not OpenID Connect: who it is and which address is verified is asked of the API.
 * @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
function gitHub(settings: SignInProvider, common: Common): Provider {
  const issuer = issuerOf(settings);
  const api = settings.apiUrl ?? 'https://api.github.com';
  const config = new oidc.Configuration(
    {
      issuer,
      authorization_endpoint: `${issuer}/login/oauth/authorize`,
      token_endpoint: `${issuer}/login/oauth/access_token`,
    },
    settings.clientId,
    undefined,
    oidc.ClientSecretPost(settings.clientSecret ?? ''),
  );
  config.timeout = TIMEOUT_SECONDS;
  if (isPlain(issuer)) oidc.allowInsecureRequests(config);

  async function ask<T>(path: string, token: string, schema: z.ZodType<T>): Promise<T> {
    const headers = new Headers({ accept: 'application/vnd.github+json', 'user-agent': 'ai-manager' });
    const url = new URL(`${api.replace(/\/$/, '')}${path}`);
    return asked(async () => {
      const response = await oidc.fetchProtectedResource(config, token, url, 'GET', undefined, headers);
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      return schema.parse(await response.json());
    });
  }

  return {
    ...common,
    issuer,
    start: async (checks, redirectUri) =>
      authorizationUrl(config, { scope: settings.scope ?? 'read:user user:email' }, checks, redirectUri),
    finish: async (currentUrl, { state, verifier }) => {
      const answer = await asked(() =>
        oidc.authorizationCodeGrant(config, currentUrl, { expectedState: state, pkceCodeVerifier: verifier }),
      );
      const user = await ask('/user', answer.access_token, profile);
      const known = await ask('/user/emails', answer.access_token, addresses);
      const email = known.find(({ primary, verified }) => primary && verified);
      return {
        sub: String(user.id),
        name: user.name ?? user.login,
        ...(email ? { email: email.email, email_verified: true } : {}),
      };
    },
  };
}

async function authorizationUrl(
  config: oidc.Configuration,
  parameters: { scope: string },
  { state, nonce, verifier }: Checks,
  redirectUri: string,
): Promise<URL> {
  return oidc.buildAuthorizationUrl(config, {
    ...parameters,
    redirect_uri: redirectUri,
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
}

/** Distinguishes a refusal of the provider from a missing response. */
async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const isRefusal =
      cause instanceof oidc.AuthorizationResponseError || cause instanceof oidc.ResponseBodyError;
    const isInvalid = cause instanceof oidc.ClientError && /INVALID|UNEXPECTED|FAIL/.test(cause.code ?? '');
    if (isRefusal || isInvalid)
      throw new Problem('SIGN_IN_REFUSED', 'The provider did not confirm this sign-in. Try again.', {
        cause,
      });
    throw unreachable(cause);
  }
}

/** Asks once for all; a failure is asked for again, after a pause. */
function remembered(open: () => Promise<oidc.Configuration>): () => Promise<oidc.Configuration> {
  let opened: Promise<oidc.Configuration> | undefined;
  let pausedUntil = 0;
  return async () => {
    if (Date.now() < pausedUntil) throw unreachable(undefined);
    opened ??= open();
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      pausedUntil = Date.now() + TIMEOUT_SECONDS * 1000;
      throw unreachable(error);
    }
  };
}

function unreachable(cause: unknown): Problem {
  return new Problem('SERVICE_UNAVAILABLE', 'The sign-in provider does not respond right now.', {
    retryAfter: TIMEOUT_SECONDS,
    cause,
  });
}

/** Plain http, which configuration lets through for this machine alone. */
function isPlain(url: string): boolean {
  return url.startsWith('http:');
}
