import { z } from 'zod';
import { operation, resource, STAFF } from '../../../contract/operation.ts';
import { id, timestamp } from '../../../contract/schemas.ts';

const receiptView = z
  .object({
    receiptId: id,
    judgementId: id,
    issuedAt: timestamp,
    disclosed: z.boolean().describe('False once an erasure has taken what it discloses'),
    receipt: z
      .string()
      .describe('A selective disclosure JWT (RFC 9901), as the attachment receipt.txt has it'),
  })
  .meta({ id: 'Receipt' });

export const receipt = resource({
  id: 'receipt',
  name: 'Receipt',
  description: 'Signed receipts of judgements, which their holder checks without this installation.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/judgements/{judgementId}/receipt',
      summary: 'Get the receipt of a judgement',
      description:
        'Signed with the key of the installation that `/.well-known/jwks.json` publishes. It names the versions that ' +
        'decided and the head of the audit trail at that time. Issued once: every call returns the same receipt. ' +
        'Builders get receipts of what concerns themselves.',
      access: STAFF,
      own: 'handler',
      reveals: { what: 'receipt of a judgement', purpose: 'review', of: 'handler' },
      input: z.object({ judgementId: id.describe('The judgement') }),
      output: receiptView,
      errors: ['NOT_FOUND'],
      simplified: ['receiptId', 'issuedAt', 'receipt'],
    }),
  },
});

/** What this module offers. */
export const contract = { receipt };
