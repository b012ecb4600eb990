import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';

const generate = promisify(generateKeyPair);
const signInThreadPool = promisify(
  (data: Buffer, key: KeyObject, done: (error: Error | null, signature: Buffer) => void) =>
    sign('sha256', data, key, done),
);

/** Signs bytes by RSASSA-PKCS1-v1_5 with SHA-256 (RS256, RFC 7518 section 3.3). */
export interface Signer {
  kid: string;
  sign(data: Buffer): Promise<Buffer>;
}

/** A key as the published set has it. */
export async function publicJwk(key: KeyObject): Promise<JWK & { kid: string }> {
  const { kty, n, e } = await exportJWK(key);
  const kid = await calculateJwkThumbprint({ kty, n, e } as JWK);
  return { kty, n, e, kid, alg: 'RS256', use: 'sig' } as JWK & { kid: string };
}

/** A new RSA key, which takes a second or more at 4096 bits. */
export async function newKey(bits: number): Promise<KeyObject> {
  const { privateKey } = await generate('rsa', { modulusLength: bits });
  return privateKey;
}

/** Signs with a key of this process. */
export function localSigner(kid: string, privateKey: KeyObject): Signer {
  return { kid, sign: (data) => signInThreadPool(data, privateKey) };
}

/** @throws when the text is no RSA key of 4096 bits or more */
export function readPrivateKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < 4096)
    throw new Error('LICENCE_KEY_FILE must hold an RSA key of 4096 bits');
  return key;
}

export const publicKeyOf = (key: KeyObject): KeyObject => createPublicKey(key);

/** The compact form of a JWS (RFC 7515): jose has no way to sign with a key that is elsewhere. */
export async function signCompact(
  signer: Signer,
  header: Record<string, unknown>,
  payload: object,
): Promise<string> {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ alg: 'RS256', ...header, kid: signer.kid })}.${encode(payload)}`;
  return `${input}.${(await signer.sign(Buffer.from(input))).toString('base64url')}`;
}

export const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
