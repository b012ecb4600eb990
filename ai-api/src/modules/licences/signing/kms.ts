import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { JWK } from 'jose';
import { publicJwk, type Signer, sha256 } from './signer.ts';

/** Keys in AWS KMS: they sign there and never leave it. */
export interface Kms {
  /** Reads the public part of an RSA_4096 signing key. @throws when it is no such key */
  read(keyRef: string): Promise<JWK & { kid: string }>;
  signer(kid: string, keyRef: string): Signer;
}

/**
 * @param endpoint another address than the Region's own
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export function openKms({
  region,
  endpoint,
}: {
  region?: string | undefined;
  endpoint?: string | undefined;
}): Kms {
  const client = new KMSClient({
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint } : {}),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
  });
  return {
    read: async (KeyId) => {
      const found = await client.send(new GetPublicKeyCommand({ KeyId }));
      if (found.KeySpec !== 'RSA_4096' || found.KeyUsage !== 'SIGN_VERIFY' || !found.PublicKey)
        throw new Error('The key must be of the type RSA_4096 and for SIGN_VERIFY');
      const key = createPublicKey({ key: Buffer.from(found.PublicKey), format: 'der', type: 'spki' });
      return publicJwk(key);
    },
    signer: (kid, KeyId) => ({
      kid,
      sign: async (data) => {
        const { Signature } = await client.send(
          new SignCommand({
            KeyId,
            Message: sha256(data),
            MessageType: 'DIGEST',
            SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
          }),
        );
        if (!Signature) throw new Error('AWS KMS answered without a signature');
        return Buffer.from(Signature);
      },
    }),
  };
}
