import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeProtectedHeader, type JWK } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyToken } from '../../../../../clients/licence/src/index.ts';
import { createTestDatabase, type TestDatabase } from '../../../../test/databases.ts';
import { AWS_TEST_ENVIRONMENT, type KmsRecorder, startKmsRecorder } from '../../../../test/kms-recorder.ts';
import { testKeyFile } from '../../../../test/licences/key.ts';
import { forge, forgeries } from '../../../../test/licences/tokens.ts';
import type { Database } from '../../../platform/database/index.ts';
import { createSealer } from '../../../platform/sealing.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import { openKms } from './kms.ts';
import { createTokens, type LicenceTokens, SigningUnavailable } from './tokens.ts';

const ISSUER = 'https://licences.example.com/licenses';
const DEVICE = 'fingerprint-of-a-desk';
const licenceId = uuidv7();
const claimsOf = (now: Date) => {
  const at = Math.floor(now.getTime() / 1000);
  return {
    aud: 'drawing',
    sub: createHash('sha256').update(`${licenceId}:${DEVICE}`).digest('base64url'),
    jti: uuidv7(),
    lic: licenceId,
    tid: uuidv7(),
    entitlements: ['export'],
    nbf: at - 60,
    exp: at + 3600,
    off: at + 3600,
  };
};

describe('licence tokens', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let kms: KmsRecorder;
  let now = new Date();
  let stranger: KeyObject;
  const before = { ...process.env };

  const open = (
    provider: 'local' | 'kms',
    isDelegated = false,
  ): { keyring: Keyring; tokens: LicenceTokens } => {
    const keyring = createKeyring({
      database,
      sealer: createSealer([Buffer.alloc(32, 7)]),
      kms: openKms({ endpoint: kms.url }),
      settings: { provider, keyFile: testKeyFile(), kmsKey: 'key-1' },
      now: () => now,
    });
    return { keyring, tokens: createTokens({ keyring, issuer: ISSUER, isDelegated, now: () => now }) };
  };
  const verify = async (token: string, keys: JWK[], device = DEVICE, product = 'drawing') =>
    verifyToken(token, { keys: { keys }, product, device, now: now.getTime(), issuer: ISSUER });
  const forget = () => database.system('the test begins anew').deleteFrom('licences.signing_keys').execute();

  beforeAll(async () => {
    Object.assign(process.env, AWS_TEST_ENVIRONMENT);
    testDatabase = await createTestDatabase();
    database = await testDatabase.open();
    kms = await startKmsRecorder();
    stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  });
  afterAll(async () => {
    process.env = before;
    await kms.close();
    await database.close();
    await testDatabase.remove();
  });

  test('are signed by RS256 with 4096 bits and verified offline', async () => {
    await forget();
    const { keyring, tokens } = open('local');
    const { token } = await tokens.sign(claimsOf(now));
    const [key] = await keyring.publicKeys();
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'license+jwt', kid: key?.kid });
    expect(Buffer.from(token.split('.')[2] ?? '', 'base64url')).toHaveLength(512);
    expect(key).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' });
    expect(Object.keys(key ?? {})).not.toContain('d');
    expect(await verify(token, [key as JWK])).toMatchObject({ licenceId, entitlements: ['export'] });
    expect(await tokens.verify(token)).toMatchObject({ lic: licenceId });
  });

  test('that are forged are refused by the API and by the client', async () => {
    await forget();
    const { keyring, tokens } = open('local');
    const { token } = await tokens.sign(claimsOf(now));
    const keys = await keyring.publicKeys();
    const accepted: string[] = [];
    for (const { name, token: forgery } of forgeries({ kid: String(keys[0]?.kid), stranger })) {
      const forged = forgery(token);
      await tokens.verify(forged).then(
        () => accepted.push(`API: ${name}`),
        () => {},
      );
      await verify(forged, keys).then(
        () => accepted.push(`client: ${name}`),
        () => {},
      );
    }
    expect(accepted).toEqual([]);
  });

  test('of another device, another product or another installation are refused', async () => {
    const { keyring, tokens } = open('local');
    const { token } = await tokens.sign(claimsOf(now));
    const keys = await keyring.publicKeys();
    await expect(verify(token, keys, 'another-device')).rejects.toThrow('another device');
    await expect(verify(token, keys, DEVICE, 'painting')).rejects.toThrow('aud');
    const elsewhere = createTokens({
      keyring,
      issuer: 'https://elsewhere.example/licenses',
      isDelegated: false,
      now: () => now,
    });
    await expect(elsewhere.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(verify((await elsewhere.sign(claimsOf(now))).token, keys)).rejects.toThrow('iss');
  });

  test('the private key is stored sealed', async () => {
    await forget();
    const { tokens } = open('local');
    await tokens.sign(claimsOf(now));
    const [row] = await database
      .system('the test looks at what is stored')
      .selectFrom('licences.signing_keys')
      .selectAll()
      .execute();
    expect(row?.private_key).toMatch(/^v1\./);
  });

  test('19: after a rotation old tokens verify, and those of a removed key do not', async () => {
    await forget();
    const { keyring, tokens } = open('kms');
    const { token: old } = await tokens.sign({
      ...claimsOf(now),
      exp: Math.floor(now.getTime() / 1000) + 8e6,
    });
    await keyring.rotate('key-2');
    const { token: fresh } = await tokens.sign(claimsOf(now));
    expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid);
    await tokens.verify(old);
    await tokens.verify(fresh);
    expect(await keyring.publicKeys()).toHaveLength(2);
    now = new Date(now.getTime() + 9 * 86_400_000);
    const later = open('kms');
    expect(await later.keyring.publicKeys()).toHaveLength(1);
    await expect(later.tokens.verify(old)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    now = new Date();
  });

  test('are signed by AWS KMS, which is sent a digest', async () => {
    await forget();
    const { keyring, tokens } = open('kms');
    kms.calls.length = 0;
    const { token } = await tokens.sign(claimsOf(now));
    expect(kms.calls).toEqual(['GetPublicKey', 'Sign']);
    await verify(token, await keyring.publicKeys());
    kms.fault = 'throttle';
    await expect(tokens.sign(claimsOf(now))).rejects.toThrow(SigningUnavailable);
    kms.fault = null;
  });

  test('are signed by a key of a day, for which AWS KMS vouches once', async () => {
    await forget();
    const { keyring, tokens } = open('kms', true);
    kms.calls.length = 0;
    const first = await tokens.sign(claimsOf(now));
    kms.fault = 'throttle';
    const second = await tokens.sign(claimsOf(now));
    kms.fault = null;
    expect(kms.calls).toEqual(['GetPublicKey', 'Sign']);
    const keys = await keyring.publicKeys();
    for (const { token } of [first, second]) {
      await verify(token, keys);
      await tokens.verify(token);
    }
    const { dlg, ...header } = decodeProtectedHeader(first.token) as { dlg: string };
    const [, body = ''] = first.token.split('.');
    const payload = JSON.parse(Buffer.from(body, 'base64url').toString()) as { iat: number };
    const by = (change: object, claims: object = {}) =>
      forge({ ...header, dlg, ...change }, { ...payload, ...claims }, stranger);
    for (const forged of [by({}), by({ kid: 'other' }), by({}, { iat: payload.iat + 2 * 86_400 })]) {
      await expect(tokens.verify(forged)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await expect(verify(forged, keys)).rejects.toThrow();
    }
    await expect(verify(dlg, keys)).rejects.toThrow();
    const years = { ...claimsOf(now), exp: Math.floor(now.getTime() / 1000) + 2 * 365 * 86_400 };
    const { token: long } = await tokens.sign(years);
    await expect(tokens.verify(long)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(verify(long, keys)).rejects.toThrow('longer than a key of a day may sign');
    now = new Date(now.getTime() + 86_400_000 + 1000);
    const next = await tokens.sign(claimsOf(now));
    expect(decodeProtectedHeader(next.token).kid).not.toBe(decodeProtectedHeader(first.token).kid);
    now = new Date();
  });

  test('no company reads the keys, not even through its own transaction', async () => {
    await expect(
      database.withTenant(uuidv7(), (transaction) =>
        transaction.selectFrom('licences.signing_keys').selectAll().execute(),
      ),
    ).rejects.toThrow('permission denied');
  });
});
