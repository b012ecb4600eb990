import { decodeJwt, decodeProtectedHeader, importJWK, type JWK, jwtVerify } from 'jose';
import { deviceHash } from './device.ts';

const TOKEN_TYPE = 'license+jwt';
const DELEGATION_TYPE = 'license-delegation+jwt';
const ALGORITHMS = ['RS256'];
/** The longest borrowing of any policy, with an hour to spare: a key of a day signs nothing for longer. */
const MAX_DELEGATED_SECONDS = 8761 * 3600;

/** The public keys that tokens are verified with, as `/.well-known/jwks.json` has them. */
export interface KeySet {
  keys: JWK[];
}

/** What a verified token says. */
export interface LicenceToken {
  sessionId: string;
  licenceId: string;
  product: string;
  entitlements: string[];
  /** Milliseconds since the epoch. */
  issuedAt: number;
  expiresAt: number;
}

export interface Verification {
  keys: KeySet;
  /** Code of the product that verifies. */
  product: string;
  device: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Who must have issued the token, where it is known. */
  issuer?: string | undefined;
}

/**
 * Verifies a licence token without the network: signed by RS256 with a known key, or with a key of a day that a known key has
 * signed; of the right type, for this product and this device, and valid now.
 * @throws when any of that is not so
 */
export async function verifyToken(
  token: string,
  { keys, product, device, now, issuer }: Verification,
): Promise<LicenceToken> {
  const key = await keyOf(token, keys);
  const { payload } = await jwtVerify(token, await importJWK(key, 'RS256'), {
    algorithms: ALGORITHMS,
    typ: TOKEN_TYPE,
    audience: product,
    requiredClaims: ['sub', 'jti', 'lic', 'iat', 'exp'],
    currentDate: new Date(now),
    ...(issuer ? { issuer } : {}),
  });
  const licenceId = String(payload.lic);
  if (payload.sub !== deviceHash(licenceId, device)) throw new Error('The token is for another device.');
  return {
    sessionId: String(payload.jti),
    licenceId,
    product,
    entitlements: Array.isArray(payload.ent) ? payload.ent.map(String) : [],
    issuedAt: Number(payload.iat) * 1000,
    expiresAt: Number(payload.exp) * 1000,
  };
}

async function keyOf(token: string, keys: KeySet): Promise<JWK> {
  const header = decodeProtectedHeader(token) as { kid?: unknown; dlg?: unknown };
  if (header.dlg === undefined) return find(keys, header.kid);
  if (typeof header.dlg !== 'string') throw new Error('The delegation is not a token.');
  const { iat, exp } = decodeJwt(token);
  if (!(Number(exp) - Number(iat) <= MAX_DELEGATED_SECONDS))
    throw new Error('The token is valid for longer than a key of a day may sign.');
  const root = find(keys, decodeProtectedHeader(header.dlg).kid);
  const { payload } = await jwtVerify(header.dlg, await importJWK(root, 'RS256'), {
    algorithms: ALGORITHMS,
    typ: DELEGATION_TYPE,
    requiredClaims: ['iat', 'nbf', 'exp', 'jwk'],
    // The key of a day signs during its day; what it has signed may be valid for longer.
    currentDate: new Date(Number(iat) * 1000),
  });
  const key = payload.jwk as JWK;
  if (key?.kty !== 'RSA' || key.kid !== header.kid) throw new Error('The delegation is for another key.');
  return key;
}

function find({ keys }: KeySet, kid: unknown): JWK {
  const key = keys.find((one) => one.kid === kid && one.kty === 'RSA');
  if (typeof kid !== 'string' || !key) throw new Error('The token was signed by a key that is not known.');
  return key;
}
