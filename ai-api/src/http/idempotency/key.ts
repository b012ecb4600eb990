import { Problem } from '../problem.ts';

/** A Structured Fields string (RFC 8941): printable ASCII in double quotes, with `\"` and `\\` escaped. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** What most clients send: the key alone. A comma would be two headers that were joined. */
const BARE = /^[\x21\x23-\x2b\x2d-\x7e]+$/;
const MAX_LENGTH = 255;

/**
 * The key of an `Idempotency-Key` header, null without one. Quoted and bare keys are the same key.
 * @throws {Problem} IDEMPOTENCY_KEY_INVALID
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function readIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const given = String(header);
  const key = QUOTED.exec(given)?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? (BARE.test(given) ? given : '');
  if (key === '' || key.length > MAX_LENGTH) {
    const detail = `Idempotency-Key must be one key of 1 to ${MAX_LENGTH} visible ASCII characters, such as a UUID.`;
    throw new Problem('IDEMPOTENCY_KEY_INVALID', detail);
  }
  return key;
}
