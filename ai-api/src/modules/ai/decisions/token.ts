import { createHash, randomBytes } from 'node:crypto';

/** A secret for one link: 256 random bits in base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a link; the link cannot be made from it. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
