import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedMethod, SignOptions } from './object-store.ts';
import { checkKey, checkSignOptions, InvalidObjectInput } from './validation.ts';

const PATH = '/objects/';
const MIN_SIGNING_KEY_BYTES = 32;

/** Secret of HMAC-SHA256: at least 32 bytes (RFC 2104, section 3). */
export type SigningKey = Buffer | string;

export type SignedUrlVerdict =
  | { ok: true; key: string; method: SignedMethod }
  | { ok: false; reason: 'malformed' | 'wrong-method' | 'bad-signature' | 'expired' };

/** Throws unless the key is long enough to sign with. */
export function checkSigningKey(signingKey: SigningKey): void {
  if (Buffer.byteLength(signingKey) < MIN_SIGNING_KEY_BYTES) {
    throw new Error(`The signing key of the object store must be at least ${MIN_SIGNING_KEY_BYTES} bytes.`);
  }
}

/** `{publicUrl}/objects/{key}?method&expires&signature`; `expires` is in Unix seconds. */
export function signUrl(
  key: string,
  options: SignOptions & { publicUrl: string; signingKey: SigningKey; now: () => Date },
): string {
  checkKey(key);
  checkSignOptions(options);
  const { method } = options;
  const expires = String(Math.floor(options.now().getTime() / 1000) + options.expiresInSeconds);
  const signature = sign(options.signingKey, method, expires, key).toString('hex');
  const path = key.split('/').map(encodeURIComponent).join('/');
  const query = new URLSearchParams({ method, expires, signature });
  return `${options.publicUrl.replace(/\/+$/, '')}${PATH}${path}?${query}`;
}

/**
 * Checks a URL, absolute or from its path on, that {@link signUrl} made against the method of the request that
 * came with it (HEAD passes with a signature for GET). The signature is compared in constant time and before
 * the expiry, so that a stranger learns nothing from the answer.
 */
export function verifySignedUrl(
  url: string,
  options: { method: string; signingKey: SigningKey; now: () => Date },
): SignedUrlVerdict {
  const parts = readUrl(url);
  if (!parts) return { ok: false, reason: 'malformed' };
  const { key, method, expires, signature } = parts;
  const expected = sign(options.signingKey, method, expires, key);
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex')))
    return { ok: false, reason: 'bad-signature' };
  const requested = options.method === 'HEAD' ? 'GET' : options.method;
  if (requested !== method) return { ok: false, reason: 'wrong-method' };
  if (Number(expires) * 1000 <= options.now().getTime()) return { ok: false, reason: 'expired' };
  return { ok: true, key, method };
}

function readUrl(
  url: string,
): { key: string; method: SignedMethod; expires: string; signature: string } | null {
  if (!URL.canParse(url, 'http://localhost')) return null;
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const start = pathname.indexOf(PATH);
  const [method, expires, signature] = ['method', 'expires', 'signature'].map((name) =>
    only(searchParams.getAll(name)),
  );
  if (start < 0 || (method !== 'GET' && method !== 'PUT')) return null;
  if (!/^\d{1,12}$/.test(expires ?? '') || !/^[0-9a-f]{64}$/.test(signature ?? '')) return null;
  try {
    const key = checkKey(decodeURIComponent(pathname.slice(start + PATH.length)));
    return { key, method, expires: expires ?? '', signature: signature ?? '' };
  } catch (error) {
    if (error instanceof URIError || error instanceof InvalidObjectInput) return null;
    throw error;
  }
}

function only(values: string[]): string | undefined {
  return values.length === 1 ? values[0] : undefined;
}

function sign(signingKey: SigningKey, method: string, expires: string, key: string): Buffer {
  return createHmac('sha256', signingKey).update(`object-url-v1\n${method}\n${expires}\n${key}`).digest();
}
