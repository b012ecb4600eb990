import { createHash, createHmac, randomBytes } from 'node:crypto';

/** SHA-256 in hex: enough for secrets of 32 random bytes, which need no slow hash. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** 32 random bytes in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The CSRF token of a browser session, which only a page that has the cookie or asked the API knows. */
export function csrfTokenOf(secret: string): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url');
}
