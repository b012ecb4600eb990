import { createHash, randomBytes } from 'node:crypto';

/** SHA-256 in hex: enough for secrets of 32 random bytes, which need no slow hash. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** 32 random bytes in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
