import { decodeProtectedHeader, importJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { invalidToken } from '../../../http/problem.ts';
import type { Keyring } from './keyring.ts';
import { localSigner, newKey, publicJwk, publicKeyOf, type Signer, signCompact } from './signer.ts';

/** Tells a licence token from any other JWT that the installation signs. */
export const TOKEN_TYPE = 'license+jwt';
const DELEGATION_TYPE = 'license-delegation+jwt';
const DAY_SECONDS = 86_400;
/** Keys of a day are smaller: they sign on each request, and stand for the root for a day only. */
const DELEGATE_BITS = 2048;
const MAX_TOKEN_LENGTH = 8192;
/** A key of a day signs nothing that is valid for longer than the longest borrowing of any policy, with an hour to spare. */
const MAX_DELEGATED_SECONDS = 8761 * 3600;

/** What a licence token says. Times in seconds since the epoch. */
export interface LicenceClaims {
  /** Code of the product. */
  aud: string;
  /** Salted hash of the device. */
  sub: string;
  /** The session. */
  jti: string;
  /** The licence. */
  lic: string;
  /** The company. */
  tid: string;
  entitlements: string[];
  nbf: number;
  exp: number;
  /** End of offline use. */
  off: number;
}

const payloadSchema = z.object({
  aud: z.string(),
  sub: z.string(),
  jti: z.uuid(),
  lic: z.uuid(),
  tid: z.uuid(),
  ent: z.array(z.string()),
  iat: z.number(),
  nbf: z.number(),
  exp: z.number(),
  off: z.number(),
});

/** A token cannot be signed right now. */
export class SigningUnavailable extends Error {
  constructor(cause: unknown) {
    super('Licence tokens cannot be signed right now', { cause });
    this.name = 'SigningUnavailable';
  }
}

interface Delegate {
  signer: Signer;
  /** The root's statement about the key. */
  statement: string;
  /** Seconds since the epoch. */
  replaceAt: number;
}

interface Parts {
  keyring: Keyring;
  issuer: string;
  /** Signs tokens by a key of a day, which the root has signed; the root then guards the delegation only. */
  isDelegated: boolean;
  /** Is told how long each signature took. */
  onSignature?: (outcome: 'signed' | 'failed', seconds: number) => void;
  now: () => Date;
}

export type LicenceTokens = ReturnType<typeof createTokens>;

/** Licence tokens: JWS by RS256 with `kid`, which clients verify offline. */
export function createTokens({ keyring, issuer, isDelegated, onSignature, now }: Parts) {
  const seconds = () => Math.floor(now().getTime() / 1000);
  let delegate: Promise<Delegate> | null = null;

  async function newDelegate(): Promise<Delegate> {
    const root = await keyring.signer();
    const key = await newKey(DELEGATE_BITS);
    const jwk = await publicJwk(publicKeyOf(key));
    const iat = seconds();
    const claims = { iss: issuer, iat, nbf: iat - 60, exp: iat + DAY_SECONDS + 3600, jwk };
    const statement = await signCompact(root, { typ: DELEGATION_TYPE }, claims);
    return { signer: localSigner(jwk.kid, key), statement, replaceAt: iat + DAY_SECONDS };
  }

  async function delegated(): Promise<Delegate> {
    delegate ??= newDelegate();
    const current = await delegate.catch((error: unknown) => {
      delegate = null;
      throw error;
    });
    if (current.replaceAt > seconds()) return current;
    delegate = null;
    return delegated();
  }

  async function signed(payload: object): Promise<string> {
    if (!isDelegated) return signCompact(await keyring.signer(), { typ: TOKEN_TYPE }, payload);
    const { signer, statement } = await delegated();
    return signCompact(signer, { typ: TOKEN_TYPE, dlg: statement }, payload);
  }

  /** The key of a delegated token: the root vouches for it, for the time at which the token was issued. */
  async function delegatedKey(statement: string, kid: string, issuedAt: number): Promise<JWK> {
    const { payload } = await jwtVerify(statement, rootKey, {
      issuer,
      typ: DELEGATION_TYPE,
      algorithms: ['RS256'],
      requiredClaims: ['iat', 'nbf', 'exp', 'jwk'],
      currentDate: new Date(issuedAt * 1000),
    });
    const jwk = z
      .object({ kty: z.literal('RSA'), n: z.string(), e: z.string(), kid: z.string() })
      .parse(payload.jwk);
    if (jwk.kid !== kid) throw new Error('the delegation is for another key');
    return jwk;
  }

  async function rootKey({ kid }: { kid?: string }) {
    const jwk = await keyring.publicKey(kid ?? '');
    if (!jwk) throw new Error('the key is not known');
    return importJWK(jwk, 'RS256');
  }

  async function check(token: string): Promise<JWTPayload> {
    const { kid = '', dlg } = decodeProtectedHeader(token) as { kid?: string; dlg?: unknown };
    const options = { issuer, typ: TOKEN_TYPE, algorithms: ['RS256'], currentDate: now() };
    if (typeof dlg !== 'string') return (await jwtVerify(token, rootKey, options)).payload;
    const [, body = ''] = token.split('.');
    const { iat, exp } = z
      .object({ iat: z.number(), exp: z.number() })
      .parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    if (exp - iat > MAX_DELEGATED_SECONDS) throw new Error('a key of a day signs nothing for that long');
    const key = await importJWK(await delegatedKey(dlg, kid, iat), 'RS256');
    return (await jwtVerify(token, key, options)).payload;
  }

  return {
    /** @throws {SigningUnavailable} */
    sign: async ({
      entitlements,
      ...claims
    }: LicenceClaims): Promise<{ token: string; issuedAt: number }> => {
      const iat = seconds();
      const payload = { iss: issuer, ...claims, ent: entitlements, iat };
      const began = performance.now();
      const ended = (outcome: 'signed' | 'failed') =>
        onSignature?.(outcome, (performance.now() - began) / 1000);
      try {
        const token = await signed(payload);
        ended('signed');
        return { token, issuedAt: iat };
      } catch (error) {
        ended('failed');
        throw new SigningUnavailable(error);
      }
    },
    /** @throws {import('../../../http/problem.ts').Problem} UNAUTHENTICATED */
    verify: async (token: string): Promise<z.output<typeof payloadSchema>> => {
      if (token.length > MAX_TOKEN_LENGTH) throw invalidToken('The licence token is too long.');
      try {
        return payloadSchema.parse(await check(token));
      } catch {
        throw invalidToken('The licence token is not valid, or not any more.');
      }
    },
    /** Whether a bearer token says that it is a licence token. */
    isOne: (bearer: string): boolean => {
      try {
        return decodeProtectedHeader(bearer).typ === TOKEN_TYPE;
      } catch {
        return false;
      }
    },
  };
}
