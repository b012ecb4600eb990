import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `lic_<prefix>_<secret>`: the prefix finds the licence and its company, the secret's SHA-256 proves it. */
const KEY = /^lic_([A-Za-z0-9]{10})_([A-Za-z0-9_-]{22,40})$/;

export interface NewLicenceKey {
  key: string;
  prefix: string;
  hash: string;
}

const digest = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** A key with 144 random bits, which need no slow hash. */
export function newLicenceKey(): NewLicenceKey {
  const prefix = randomBytes(5).toString('hex');
  const secret = randomBytes(18).toString('base64url');
  return { key: `lic_${prefix}_${secret}`, prefix, hash: digest(secret) };
}

/** The parts of a key; null when it is not one. */
export function readLicenceKey(key: string): { prefix: string; hash: string } | null {
  const [, prefix, secret] = KEY.exec(key) ?? [];
  return prefix && secret ? { prefix, hash: digest(secret) } : null;
}

/** Whether a bearer credential says that it is a licence key. */
export const isLicenceKey = (bearer: string): boolean => bearer.startsWith('lic_');

export function proves(hash: string, stored: string): boolean {
  const [one, other] = [Buffer.from(hash), Buffer.from(stored)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/**
 * A device as it is stored and as tokens name it: SHA-256 of licence and fingerprint, so that the devices of two licences
 * cannot be compared. The client makes the same one to see that a token is its own.
 */
export function deviceHash(licenceId: string, device: string): string {
  return createHash('sha256').update(`${licenceId}:${device}`).digest('base64url');
}

/** Who opens a session by an `Idempotency-Key`. */
export interface KeyedRequest {
  licenceId: string;
  device: string;
  user: string;
  key: string;
}

/**
 * The sessions that requests with an `Idempotency-Key` open, however often they are repeated: one after the other, as each
 * ends. Those of another device, user or licence with the same key are others.
 */
export function sessionOfKey({ licenceId, device, user, key }: KeyedRequest, generation: number): string {
  const named = JSON.stringify([licenceId, device, user, generation, key]);
  const bytes = createHash('sha256').update(named).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
