import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { listOf, page, timestamp } from '../../../contract/schemas.ts';

const keyView = z
  .object({
    kid: z.string().describe('Thumbprint of the public key (RFC 7638)'),
    provider: z.enum(['local', 'kms']),
    keyRef: z.string().nullable().describe('Id of the key in AWS KMS'),
    state: z.enum(['signing', 'verifying']),
    createdAt: timestamp,
    verifiesUntil: timestamp.nullable().describe('When a replaced key leaves the published set'),
  })
  .meta({ id: 'SigningKey' });

/** Keys that sign the tokens of licences. */
export const signingKey = resource({
  id: 'signingKey',
  name: 'Signing Key',
  description: 'Keys that sign licence tokens. Their public parts are at /.well-known/jwks.json.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/api/v1/licenses/keys',
      summary: 'List the signing keys of the installation',
      access: ['admin', 'ops'],
      list: true,
      input: z.object({ ...page }),
      output: listOf(keyView),
    }),
    rotate: operation({
      method: 'POST',
      path: '/api/v1/licenses/keys/rotate',
      summary: 'Replace the signing key',
      description:
        'The old key verifies for the longest borrowing and a day. Only an admin of the company of the installation ' +
        'may do it. With AWS KMS, name the new key.',
      access: ['admin'],
      status: 201,
      input: z.object({
        keyRef: z.string().max(300).optional().describe('Id or ARN of an RSA_4096 key in AWS KMS'),
      }),
      output: keyView,
      errors: ['CONFLICT', 'SIGNING_UNAVAILABLE'],
    }),
  },
});

/** What this module offers. */
export const contract = { signingKey };
