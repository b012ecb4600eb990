import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { invalidToken } from '../../../http/problem.ts';
import { explainToken } from './token-faults.ts';

/** Seconds that an access token is valid. */
export const ACCESS_TOKEN_SECONDS = 3600;
const ALGORITHM = 'EdDSA';
/** RFC 9068: distinguishes an access token from any other JWT. */
const TYPE = 'at+jwt';

interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  jwk: JWK;
}

export interface AccessClaims {
  userId: string;
  tenantId: string;
  sessionId: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export type AccessTokens = Awaited<ReturnType<typeof createAccessTokens>>;

/**
 * Access tokens that we sign: JWTs by RFC 9068 with Ed25519 keys, which are derived from the installation's keys, so
 * that every process has the same ones and they change with them.
 * @param secrets the installation's keys; the first signs, all of them verify
 * @param issuer where people reach the API
 */
export async function createAccessTokens(secrets: readonly Buffer[], issuer: string, now: () => Date) {
  const keys = await Promise.all(secrets.map(signingKey));
  const byKid = new Map(keys.map((key) => [key.kid, key]));
  const current = keys[0] as SigningKey;

  return {
    issuer,
    /** The public keys, for `/.well-known/jwks.json`. */
    jwks: { keys: keys.map(({ jwk }) => jwk) },

    sign: ({ userId, tenantId, sessionId }: Omit<AccessClaims, 'expiresAt'>): Promise<string> => {
      const issuedAt = Math.floor(now().getTime() / 1000);
      return new SignJWT({ tid: tenantId, sid: sessionId })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: current.kid })
        .setIssuer(issuer)
        .setAudience(issuer)
        .setSubject(userId)
        .setJti(uuidv7())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
        .sign(current.privateKey);
    },

    /** @throws {import('../../../http/problem.ts').Problem} UNAUTHENTICATED with the reason */
    verify: async (token: string): Promise<AccessClaims> => {
      const find = ({ kid }: { kid?: string }) => {
        const key = byKid.get(kid ?? '');
        if (!key) throw invalidToken('This token was not signed by a key of this installation.');
        return key.publicKey;
      };
      const options = { issuer, audience: issuer, typ: TYPE, algorithms: [ALGORITHM] };
      const { payload } = await jwtVerify(token, find, {
        ...options,
        requiredClaims: ['sub', 'tid', 'sid', 'exp'],
        currentDate: now(),
      }).catch(explainToken);
      return {
        userId: String(payload.sub),
        tenantId: String(payload.tid),
        sessionId: String(payload.sid),
        expiresAt: Number(payload.exp) * 1000,
      };
    },
  };
}

/** DER of PKCS #8 for an Ed25519 key, up to its 32 bytes. @see https://www.rfc-editor.org/rfc/rfc8410 */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

async function signingKey(secret: Buffer): Promise<SigningKey> {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'ai-manager access tokens', 32));
  const key = Buffer.concat([PKCS8_ED25519, seed]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, privateKey, publicKey, jwk: { ...jwk, kid, alg: ALGORITHM, use: 'sig' } };
}
