import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { JWK } from 'jose';
import type { Database } from '../../../platform/database/index.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import type { Kms } from './kms.ts';
import { localSigner, newKey, publicJwk, publicKeyOf, readPrivateKey, type Signer } from './signer.ts';
import { insertKey, type KeyRecord, listKeys, longestBorrowHours } from './store.ts';

/** For how long keys are used without a look at the database. */
const FRESH_MS = 60_000;
const BITS = 4096;

export interface KeyringSettings {
  provider: 'local' | 'kms';
  /** PEM file of the local key; by default one is made and stored sealed. */
  keyFile?: string | undefined;
  /** Id of the first key in AWS KMS. */
  kmsKey?: string | undefined;
}

interface Parts {
  database: Database;
  sealer: Sealer;
  kms: Kms;
  settings: KeyringSettings;
  now: () => Date;
}

export type Keyring = ReturnType<typeof createKeyring>;

/** The signing keys of the installation: one signs, those before it verify until their time is over. */
export function createKeyring({ database, sealer, kms, settings, now }: Parts) {
  let known: { rows: KeyRecord[]; at: number } | null = null;
  let loading: Promise<KeyRecord[]> | null = null;
  const signers = new Map<string, Signer>();
  const placeOf = (kid: string) => `licence signing key ${kid}`;

  /** Keys as of at most a minute ago; while the database is away, as they were. */
  async function rows(isFresh = false): Promise<KeyRecord[]> {
    if (known && !isFresh && now().getTime() - known.at < FRESH_MS) return known.rows;
    loading ??= listKeys(database, now())
      .then((read) => {
        known = { rows: read, at: now().getTime() };
        return read;
      })
      .finally(() => {
        loading = null;
      });
    return known && !isFresh ? loading.catch(() => known?.rows ?? []) : loading;
  }

  async function signing(): Promise<KeyRecord> {
    const found = (await rows()).find(({ verifies_until }) => verifies_until === null);
    if (found?.provider === settings.provider) return found;
    return replace(found ?? null, settings.provider === 'kms' ? settings.kmsKey : undefined);
  }

  async function fresh(keyRef: string | undefined, mayImport: boolean) {
    if (settings.provider === 'kms') {
      if (!keyRef) throw new Error('LICENCE_KMS_KEY names no key');
      return { jwk: await kms.read(keyRef), keyRef, privateKey: null };
    }
    const privateKey =
      mayImport && settings.keyFile
        ? readPrivateKey(await readFile(settings.keyFile, 'utf8'))
        : await newKey(BITS);
    return { jwk: await publicJwk(publicKeyOf(privateKey)), keyRef: null, privateKey };
  }

  /** Makes another key the signing one, unless another process has done so. */
  async function replace(before: KeyRecord | null, keyRef: string | undefined): Promise<KeyRecord> {
    const { jwk, keyRef: ref, privateKey } = await fresh(keyRef, before === null);
    const pem = privateKey?.export({ type: 'pkcs8', format: 'pem' }).toString();
    const overlap = (Math.max(168, await longestBorrowHours(database)) + 24) * HOUR_MS;
    await insertKey(
      database,
      {
        kid: jwk.kid,
        provider: settings.provider,
        key_ref: ref,
        public_jwk: jwk,
        private_key: pem ? sealer.seal(pem, placeOf(jwk.kid)) : null,
      },
      { replaces: before?.kid ?? null, now: now(), verifiesUntil: new Date(now().getTime() + overlap) },
    );
    const current = (await rows(true)).find(({ verifies_until }) => verifies_until === null);
    if (!current) throw new Error('No key signs licence tokens');
    return current;
  }

  let starting: Promise<KeyRecord> | null = null;
  function signingOnce(): Promise<KeyRecord> {
    starting ??= signing().finally(() => {
      starting = null;
    });
    return starting;
  }

  return {
    /** The keys that sign or verify, the signing one first. */
    list: () => rows(true),
    /** Signs with the current key; makes the first one. */
    signer: async (): Promise<Signer> => {
      const row = await signingOnce();
      const made = signers.get(row.kid);
      if (made) return made;
      const signer =
        row.provider === 'kms'
          ? kms.signer(row.kid, row.key_ref ?? '')
          : localSigner(row.kid, createPrivateKey(sealer.open(row.private_key ?? '', placeOf(row.kid))));
      signers.set(row.kid, signer);
      return signer;
    },
    /** Replaces the signing key. @param keyRef the new key in AWS KMS */
    rotate: async (keyRef: string | undefined): Promise<KeyRecord> => replace(await signingOnce(), keyRef),
    /** Public keys by kid, as of at most a minute ago; looks again for one that is not among them. */
    publicKey: async (kid: string): Promise<JWK | undefined> => {
      const find = (all: KeyRecord[]) =>
        all.find((row) => row.kid === kid && (row.verifies_until === null || row.verifies_until > now()));
      const row = find(await rows()) ?? (isDue() ? find(await rows(true)) : undefined);
      return row?.public_jwk as JWK | undefined;
    },
    publicKeys: async (): Promise<JWK[]> =>
      (await rows(true).catch(() => known?.rows ?? [])).map(({ public_jwk }) => public_jwk as JWK),
  };

  /** An unknown kid is looked for at most every ten seconds. */
  function isDue(): boolean {
    return known === null || now().getTime() - known.at > FRESH_MS / 6;
  }
}
