import {
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import type { TokenIssuer } from '../../../config/sign-in.ts';
import { invalidToken } from '../../../http/problem.ts';
import { ALGORITHMS, explainToken } from './token-faults.ts';

const FETCH_MS = 5_000;
/** An unknown key is looked for at most this often, and so is an issuer that did not answer. */
const COOLDOWN_MS = 30_000;
const RETRY_MS = 5_000;
/** For so long keys are used without asking for them again. */
const KEYS_MS = 10 * 60_000;
/** What clocks may differ. */
const TOLERANCE_SECONDS = 30;

export interface IssuedToken {
  issuer: TokenIssuer;
  claims: JWTPayload & { sub: string; exp: number };
}

export type Issuers = ReturnType<typeof createIssuers>;

/**
 * Verifies the tokens of other issuers by the keys they publish (RFC 7517). Keys are fetched when a token needs
 * them, again when a token names one that is not known, and no more often than the cooldown lets them be.
 */
export function createIssuers(configured: TokenIssuer[], now: () => Date, cooldownMs = COOLDOWN_MS) {
  const byName = new Map(
    configured.map((issuer) => [issuer.issuer, { issuer, keys: keysOf(issuer, cooldownMs) }]),
  );

  return {
    /** @throws {import('../../../http/problem.ts').Problem} UNAUTHENTICATED with the reason, SERVICE_UNAVAILABLE */
    verify: async (token: string): Promise<IssuedToken> => {
      const known = byName.get(issuerOf(token) ?? '');
      if (!known) throw invalidToken('The issuer of the token is not trusted.');
      const { issuer, keys } = known;
      const byAud = issuer.audienceClaim === 'aud';
      const { payload } = await verifyByAny(token, keys, {
        issuer: issuer.issuer,
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: now(),
        requiredClaims: ['sub', 'exp', issuer.audienceClaim],
        ...(byAud ? { audience: issuer.audience } : {}),
      }).catch(explainToken);
      if (typeof payload.sub !== 'string' || payload.sub === '')
        throw invalidToken('The claim sub of the token is not text.');
      const audience = String(payload[issuer.audienceClaim]);
      if (!byAud && ![issuer.audience].flat().includes(audience))
        throw invalidToken('The token is for another audience.');
      if (payload.iat !== undefined && payload.iat > now().getTime() / 1000 + TOLERANCE_SECONDS)
        throw invalidToken('The token was issued in the future.');
      return { issuer, claims: payload as IssuedToken['claims'] };
    },
  };
}

/** Verifies a token; one that names no key, by each key that its issuer publishes for its algorithm. */
async function verifyByAny(token: string, keys: KeySet, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, keys, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, options);
      } catch (inner) {
        if (!(inner instanceof errors.JWSSignatureVerificationFailed)) throw inner;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** Who a token says it is from, before anything is verified; null for what is no JWT. */
export function issuerOf(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    throw invalidToken('The token is not a well-formed JWT.');
  }
}

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** The keys of an issuer; where they are is asked of the issuer itself unless it is configured. */
function keysOf({ issuer, jwksUri }: TokenIssuer, cooldownMs: number): KeySet {
  let opened: Promise<KeySet> | undefined;
  const bounded = fetchWithPause();
  async function open(): Promise<KeySet> {
    return createRemoteJWKSet(new URL(jwksUri ?? (await discover(issuer, bounded))), {
      timeoutDuration: FETCH_MS,
      cooldownDuration: cooldownMs,
      cacheMaxAge: KEYS_MS,
      [customFetch]: bounded,
    });
  }
  const find = async (...given: Parameters<KeySet>) => {
    opened ??= open();
    opened.catch(() => {
      opened = undefined;
    });
    return (await opened)(...given);
  };
  return find as KeySet;
}

const metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** @see https://openid.net/specs/openid-connect-discovery-1_0.html */
async function discover(issuer: string, get: typeof fetch): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await get(url, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'manual' });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  const found = metadata.parse(await response.json());
  if (found.issuer !== issuer) throw new Error(`${url} names another issuer`);
  return found.jwks_uri;
}

/** After a failure the issuer is left alone for some seconds, however many tokens ask for it. */
function fetchWithPause(): typeof fetch {
  let pausedUntil = 0;
  return async (url, options) => {
    if (Date.now() < pausedUntil) throw new Error('The issuer did not answer a moment ago');
    try {
      const response = await fetch(url, options);
      if (response.status >= 500) pausedUntil = Date.now() + RETRY_MS;
      return response;
    } catch (error) {
      pausedUntil = Date.now() + RETRY_MS;
      throw error;
    }
  };
}
