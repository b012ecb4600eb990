import {
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  compactVerify,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importJWK,
  importPKCS8,
  type JWK,
} from 'jose';
import type { Database } from '../../../platform/database/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import { findKey, insertKey, type KeyRecord } from './store.ts';

/** Ed25519, by its fully specified name (RFC 9864). */
const ALGORITHM = 'Ed25519';

const placeOf = (kid: string) => `receipt signing key ${kid}`;

/** Signs a payload as a JWS in compact form. */
export type Sign = (payload: object) => Promise<string>;

interface OpenKey {
  kid: string;
  privateKey: CryptoKey;
}

/** The key of the installation that signs receipts: made when it is first needed, and kept for good. */
export function createKeys(database: Database, sealer: Sealer, now: () => Date) {
  let opening: Promise<OpenKey> | null = null;

  async function make(): Promise<KeyRecord> {
    const pair = await generateKeyPair(ALGORITHM, { extractable: true });
    const jwk = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    await insertKey(database, {
      kid,
      public_jwk: { ...jwk, kid, alg: ALGORITHM, use: 'sig' },
      private_key: sealer.seal(await exportPKCS8(pair.privateKey), placeOf(kid)),
      created_at: now(),
    });
    const stored = await findKey(database);
    if (!stored) throw new Error('No key signs receipts');
    return stored;
  }

  async function open(): Promise<OpenKey> {
    const { kid, private_key } = (await findKey(database)) ?? (await make());
    const privateKey = await importPKCS8(sealer.open(private_key, placeOf(kid)), ALGORITHM);
    return { kid, privateKey };
  }

  function key(): Promise<OpenKey> {
    opening ??= open().catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  return {
    /** The public key; none before the first receipt. */
    published: async (): Promise<JWK[]> => {
      const row = await findKey(database);
      return row ? [row.public_jwk as JWK] : [];
    },
    /** Opens the key, to check what was signed: answers the payload, or null where the signature does not fit. */
    verifier: async (): Promise<(signed: string) => Promise<Record<string, unknown> | null>> => {
      const row = await findKey(database);
      const publicKey = row && (await importJWK(row.public_jwk as JWK, ALGORITHM));
      return async (signed) => {
        if (!publicKey) return null;
        const verified = await compactVerify(signed, publicKey).catch(() => null);
        return verified && (JSON.parse(Buffer.from(verified.payload).toString()) as Record<string, unknown>);
      };
    },
    /** Opens the key, for signatures within a transaction: an embedded database does one thing at a time. */
    signer: async (): Promise<Sign> => {
      const { kid, privateKey } = await key();
      return (payload) =>
        new CompactSign(Buffer.from(JSON.stringify(payload)))
          .setProtectedHeader({ alg: ALGORITHM, typ: 'receipt+sd-jwt', kid })
          .sign(privateKey);
    },
  };
}
